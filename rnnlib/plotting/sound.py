"""Sound in a notebook: samples as a player, with words for those who do not hear it."""

from __future__ import annotations

import io
import wave
from base64 import b64encode
from html import escape

import numpy as np

__all__ = ["listen", "wav"]


def wav(samples: np.ndarray, rate: int) -> bytes:
    """A WAV file, mono, with 8 bits a sample: half as large as usual, at the price of a faint hiss.

    Parameters
    ----------
    samples : (T,)
        Between -1 and 1.
    rate : int
        Samples a second.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If a sample is not finite or lies outside of -1 ... 1: it would be cut off, and crackle.
    """
    samples = np.asarray(samples, float)
    if samples.ndim != 1 or not np.isfinite(samples).all() or np.abs(samples).max(initial=0) > 1:
        raise ValueError("samples must be a vector of finite numbers between -1 and 1")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate)
        out.writeframes(np.round(127 * samples + 128).astype(np.uint8).tobytes())
    return file.getvalue()


def listen(samples: np.ndarray, rate: int, alt: str):
    """Show a player for some samples, with a description in words.

    Parameters
    ----------
    samples : (T,)
        Between -1 and 1.
    rate : int
        Samples a second.
    alt : str
        What is to be heard, for those who cannot: it stands below the player too.

    Returns
    -------
    IPython.display.Audio
        Its HTML form carries the description, and so does its plain text.

    Raises
    ------
    ValueError
        If `alt` is empty.
    """
    try:
        from IPython.display import Audio
    except ImportError:
        raise ImportError(
            "a player needs a notebook: pip install 'rnnlib[student]'", name="IPython"
        ) from None

    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("listen(samples, rate, alt) needs alt: what is to be heard, in words")

    class Described(Audio):
        """A player with a name for screen readers, and a caption."""

        def _repr_html_(self):
            data = b64encode(self.data).decode("ascii")
            words = escape(alt)
            return (
                f'<figure style="margin:.4em 0"><audio controls aria-label="{words}" '
                f'src="data:audio/wav;base64,{data}"></audio>'
                f"<figcaption>{words}</figcaption></figure>"
            )

        def __repr__(self):
            return alt

    return Described(data=wav(samples, rate))
