"""Unit 09. Text: embeddings, one answer or one a word, counting, scores, pooling, a trainer."""

from rnnlib.course.exercises.u09_text.class_scores import CLASS_SCORES
from rnnlib.course.exercises.u09_text.embedding import EMBEDDING
from rnnlib.course.exercises.u09_text.embedding_backward import EMBEDDING_BACKWARD
from rnnlib.course.exercises.u09_text.many_to_many import MANY_TO_MANY
from rnnlib.course.exercises.u09_text.many_to_one import MANY_TO_ONE
from rnnlib.course.exercises.u09_text.max_pool import MAX_POOL
from rnnlib.course.exercises.u09_text.max_pool_backward import MAX_POOL_BACKWARD
from rnnlib.course.exercises.u09_text.naive_bayes import NAIVE_BAYES
from rnnlib.course.exercises.u09_text.train_tagger_mistakes import TRAIN_TAGGER

EXERCISES = (
    EMBEDDING,
    EMBEDDING_BACKWARD,
    MANY_TO_ONE,
    NAIVE_BAYES,
    CLASS_SCORES,
    MAX_POOL,
    MAX_POOL_BACKWARD,
    MANY_TO_MANY,
    TRAIN_TAGGER,
)
"""In the order of the notebook."""
