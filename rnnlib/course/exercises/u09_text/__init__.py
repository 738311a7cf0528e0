"""Unit 09. Text: embeddings, one answer for a sequence, bags of words, scores, pooling, tagging."""

from rnnlib.course.exercises.u09_text.bag_of_words import BAG_OF_WORDS
from rnnlib.course.exercises.u09_text.class_scores import CLASS_SCORES
from rnnlib.course.exercises.u09_text.confusion_matrix import CONFUSION_MATRIX
from rnnlib.course.exercises.u09_text.embedding import EMBEDDING
from rnnlib.course.exercises.u09_text.embedding_backward import EMBEDDING_BACKWARD
from rnnlib.course.exercises.u09_text.many_to_many import MANY_TO_MANY
from rnnlib.course.exercises.u09_text.many_to_one import MANY_TO_ONE
from rnnlib.course.exercises.u09_text.max_pool import MAX_POOL
from rnnlib.course.exercises.u09_text.max_pool_backward import MAX_POOL_BACKWARD
from rnnlib.course.exercises.u09_text.mean_pool import MEAN_POOL
from rnnlib.course.exercises.u09_text.mean_pool_backward import MEAN_POOL_BACKWARD

EXERCISES = (
    EMBEDDING,
    EMBEDDING_BACKWARD,
    MANY_TO_ONE,
    BAG_OF_WORDS,
    CONFUSION_MATRIX,
    CLASS_SCORES,
    MEAN_POOL,
    MEAN_POOL_BACKWARD,
    MAX_POOL,
    MAX_POOL_BACKWARD,
    MANY_TO_MANY,
)
"""In the order of the notebook."""
