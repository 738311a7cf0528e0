"""BLEU"""
from collections import Counter
import numpy as np

def bleu(answers, references, most=4):
    right, made = np.zeros(most), np.zeros(most)
    a_len = r_len = 0
    for a, r in zip(answers, references):
        a_len += len(a); r_len += len(r)
        for n in range(1, most + 1):
            ca = Counter(zip(*(a[k:] for k in range(n)))); cr = Counter(zip(*(r[k:] for k in range(n))))
            right[n-1] += sum((ca & cr).values()); made[n-1] += sum(ca.values())
    if right.min() == 0: return 0.0
    return 100 * min(1.0, np.exp(1 - r_len / a_len)) * np.exp(np.mean(np.log(right / made)))
