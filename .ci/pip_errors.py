"""What went wrong in pip, from what it printed, in words that a reader can act on."""

import os
import re

CANNOT_BUILD = (
    r"error: command '[^']*(gcc|cc|clang|c\+\+|cl\.exe)'|Microsoft Visual C\+\+|Unknown compiler"
    r"|Failed (to build|building wheel)|metadata-generation-failed|subprocess-exited-with-error"
)
NO_NETWORK = (
    r"NewConnectionError|Failed to establish|NameResolutionError|name resolution"
    r"|Connection(Error| refused| reset| aborted| broken)|Connect(ion)?TimeoutError|IncompleteRead"
    r"|ProxyError|Cannot connect to proxy|Tunnel connection failed"
    r"|Read(Timeout| timed out)|Max retries|Network is unreachable|Download failed"
)


def explain(said, command, folder, python, again):
    """Lines that say what happened, and what to do.

    Parameters
    ----------
    said : str
        What pip printed.
    command : str
        What it was asked for, such as install.
    folder : str
        The environment, as the reader calls it.
    python : str
        Its version, such as 3.12.
    again : str
        The command that sets up again.
    """
    last = said.rstrip().splitlines()[-15:]
    proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
    if re.search("No space left|Errno 28", said):
        return [f"The disk is full: {folder} needs about 1.5 GB (more with CUDA)."]
    if re.search("CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError", said):
        return [
            "The package index answers with a certificate that is not trusted: a proxy of your",
            "network, most likely. Ask for its certificate and name the file:",
            f"    PIP_CERT=/path/to/it.pem {again}",
        ]  # fmt: skip
    if proxy and re.search(NO_NETWORK, said):
        return [
            # Never with the password that it may hold.
            "The proxy in HTTPS_PROXY, {}, does not let pip through.".format(proxy.split("@")[-1]),
            "Put the right one there (http://user:password@host:port), or none: "
            f"unset HTTPS_PROXY. Then: {again}",
        ]  # fmt: skip
    if re.search(NO_NETWORK, said):
        return [
            f"No network: the package index could not be reached, and {folder} is not finished.",
            "Check the connection (behind a proxy: set HTTPS_PROXY; with a mirror: PIP_INDEX_URL),",
            f"then go on where it stopped: {again}",
        ]  # fmt: skip
    if re.search("Errno 13|PermissionError", said):
        return [*last, "", f"Something in {folder} may not be written."]
    other = f"PYTHON=python3.12 {again}" if os.name != "nt" else "py -3.12 .ci/setup.py"
    if re.search(CANNOT_BUILD, said):
        return [
            *last, "",
            f"A package has no ready-made build for Python {python} on this machine, and it",
            "cannot be compiled here. Take a Python for which there is one:",
            f"    {other}",
        ]  # fmt: skip
    return [
        *last, "",
        f"Setting up failed: pip {command} did not succeed.",
        f"If a package has no build for Python {python}, name another one:",
        f"    {other}",
    ]  # fmt: skip
