"""What is said of a trainer's rows in the open task of unit 09."""

from rnnlib.course.exercises.u09_text.tagger_problems import (
    BEST,
    LOSSES,
    NUMBER,
    ONCE,
    ORDER,
    PARTS,
    STOPS,
    UPDATES,
)


def _once(seen, _):
    if seen == 2:
        return "some of 64 texts are in no update of two epochs"
    return "as far as Adam's steps tell, not each of 64 texts is in one update of an epoch"


def _new_order(seen, _):
    return {
        2.0: "in both epochs the texts come in the order of the list",
        3.0: "the same texts are together in both epochs",
        4.0: "the order follows from a number in the program, and not from `seed`",
    }.get(float(seen), "two epochs are not two orders of all the texts")


def _losses(seen, _):
    return {
        2.0: "they are means over all places, padding included",
        3.0: "they are losses on the training texts",
        4.0: "the smallest loss so far is listed, not that of the epoch",
        5.0: "the loss before the first epoch stands first",
        6.0: "the loss after the first epoch is missing",
        7.0: "they are means of the texts' means; each word counts alike",
        9.0: "they are means of the means of batches; each word counts alike",
        8.0: "the first of them is not the loss after the first epoch",
    }.get(float(seen), "they are not the losses on the held-out texts after each epoch")


def _kept(seen, _):
    if seen == 2:
        return "the last model is returned, and the held-out loss of an earlier one is smaller"
    return "the returned model is not the one with the smallest held-out loss"


def _stops(seen, _):
    number = abs(round(float(seen)))
    return (
        f"training ends {number} epoch{'s' * (number > 1)} too {'late' if seen > 0 else 'early'}, "
        "by the losses, `patience` and `epochs`"
    )


EXPLAIN = {
    UPDATES: "with one batch an epoch, the weights after six epochs are not those of a right "
    "program: gradients of the mean loss over real words, clipped together, a step of Adam",
    PARTS: "a part of the model (table, one of the two cells, output layer) is as it was at "
    "the start",
    NUMBER: "100 texts do not make four equal steps of Adam: three batches of 32 and one of 4",
    ONCE: _once,
    ORDER: _new_order,
    LOSSES: _losses,
    BEST: _kept,
    STOPS: _stops,
}
