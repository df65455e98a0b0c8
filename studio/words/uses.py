"""What layers are used for, and their formulas: what stands in no signature. A docstring may say more.

A layer of one's own states both in its docstring, in sections ``Formula:`` and ``Used for:``.
"""

from __future__ import annotations

from studio.words.say import tr

CATEGORIES = {
    "core": tr("The basic pieces of most networks."),
    "activation": tr(
        "Follows a layer of weights: without an activation between them, several layers can learn no more "
        "than one."
    ),
    "convolution": tr(
        "Pictures, sound and other data in which neighbours belong together: a pattern is found wherever it "
        "stands."
    ),
    "pooling": tr("Follows convolutions: fewer numbers to go on with, and less care for the exact place."),
    "recurrent": tr("Sequences such as texts, measurements over time or sound, where the order counts."),
    "attention": tr("Sequences in which far places belong together: texts, and transformers of all kinds."),
    "normalization": tr("Keeps numbers in a range that is easy to learn from, so that deep networks train."),
    "regularization": tr("Keeps a network from learning its examples by heart."),
    "reshaping": tr("Brings values into the order that the next layer reads; nothing is learned."),
    "merge": tr("Joins branches: the short cuts of a residual block, or several inputs."),
    "preprocessing": tr("Stands right behind an Input and makes numbers of the right size out of raw data."),
    "augmentation": tr("Changes training pictures a little each time, so that few pictures go a long way."),
}
NAMES = {
    "Dense": tr("The last layer of nearly every network, and all layers of a simple one."),
    "Embedding": tr("Words and other things with a number: similar ones come to lie close together."),
    "Identity": tr("Changes nothing; holds a place."),
    "Dropout": tr(
        "Between the large layers of a network that learns its examples by heart; never at the end."
    ),
    "Flatten": tr("Between convolutions and the first Dense."),
    "GlobalAveragePooling2D": tr(
        "Between convolutions and the last Dense, with far fewer weights than Flatten."
    ),
    "Softmax": tr("The end of a network that chooses one of several classes."),
    "Rescaling": tr("Pictures: brings pixels of 0 to 255 to 0 to 1."),
    "Normalization": tr("Tables: brings each column to mean 0 and spread 1, as found in the training part."),
    "BatchNormalization": tr("Between a convolution and its activation, in deep networks."),
    "Add": tr("The short cut of a residual block: what comes in is added to what the layers make of it."),
    "Concatenate": tr("Joins what two branches have found, or the down and the up path of a U-Net."),
}
FORMULAS = {
    "Dense": "output = activation(input · kernel + bias)",
    "Conv1D": "output[t, f] = activation(Σ window(t) · kernel[f] + bias[f])",
    "Conv2D": "output[y, x, f] = activation(Σ window(y, x) · kernel[f] + bias[f])",
    "Conv3D": "output[z, y, x, f] = activation(Σ window(z, y, x) · kernel[f] + bias[f])",
    "ReLU": "output = max(0, input)",
    "LeakyReLU": "output = input if input > 0 else negative_slope · input",
    "ELU": "output = input if input > 0 else alpha · (exp(input) − 1)",
    "Softmax": "output[i] = exp(input[i]) / Σ exp(input[j])",
    "Dropout": "output = input · kept / (1 − rate) while training, else input",
    "BatchNormalization": "output = gamma · (input − mean) / √(variance + epsilon) + beta",
    "LayerNormalization": "output = gamma · (input − mean) / √(variance + epsilon) + beta",
    "UnitNormalization": "output = input / √Σ input²",
    "Rescaling": "output = input · scale + offset",
    "Normalization": "output = (input − mean) / √variance",
    "Embedding": "output = embeddings[input]",
    "SimpleRNN": "h = activation(x · kernel + h · recurrent_kernel + bias), step by step",
    "LSTM": (
        "i, f, o = sigmoid(x · kernel + h · recurrent_kernel + bias)\n"
        "c = f · c + i · tanh(x · kernel + h · recurrent_kernel + bias)\n"
        "h = o · tanh(c), step by step"
    ),
    "GRU": (
        "z, r = sigmoid(x · kernel + h · recurrent_kernel + bias)\n"
        "new = tanh(x · kernel + r · (h · recurrent_kernel) + bias)\n"
        "h = z · h + (1 − z) · new, step by step"
    ),
    "MaxPooling1D": "output[t] = max of window(t)",
    "MaxPooling2D": "output[y, x] = max of window(y, x)",
    "AveragePooling1D": "output[t] = mean of window(t)",
    "AveragePooling2D": "output[y, x] = mean of window(y, x)",
    "GlobalMaxPooling1D": "output = max over all steps",
    "GlobalMaxPooling2D": "output = max over height and width",
    "GlobalAveragePooling1D": "output = mean over all steps",
    "GlobalAveragePooling2D": "output = mean over height and width",
    "Add": "output = a + b + …",
    "Subtract": "output = a − b",
    "Multiply": "output = a · b · …",
    "Average": "output = (a + b + …) / count",
    "Maximum": "output = max(a, b, …)",
    "Minimum": "output = min(a, b, …)",
    "Attention": "output = softmax(query · keyᵀ) · value",
    "MultiHeadAttention": "output = join of softmax(Q · Kᵀ / √key_dim) · V of each head, projected",
}
"""Formulas are the same in every language."""


def use_of(name: str, category: str) -> tuple[str, ...]:
    """Return the sentences that say what a layer is for, in English, its own before its drawer's."""
    return tuple(each for each in (NAMES.get(name, ""), CATEGORIES.get(category, "")) if each)
