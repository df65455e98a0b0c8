"""The code from which Bunon grew, as printed, one statement a line, with only the imports changed."""

from __future__ import annotations

import warnings

import numpy as np


def test_the_seed_document_runs_with_a_warning_for_each_old_word() -> None:
    rng = np.random.default_rng(0)
    X_train = X_batch = X_test = rng.normal(size=(64, 100)).astype("float32")
    Y_train = Y_batch = Y_test = np.eye(10, dtype="float32")[rng.integers(0, 10, 64)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # fmt: off
        from engine.models import Sequential
        model = Sequential()
        from engine.layers import Activation, Dense
        model.add(Dense(output_dim=64, input_dim=100))
        model.add(Activation("relu"))
        model.add(Dense(output_dim=10))
        model.add(Activation("softmax"))
        model.compile(loss='categorical_crossentropy', optimizer='sgd', metrics=['accuracy'])
        from engine.optimizers import SGD
        model.compile(loss='categorical_crossentropy', optimizer=SGD(lr=0.01, momentum=0.9, nesterov=True))
        model.fit(X_train, Y_train, nb_epoch=5, batch_size=32)
        model.train_on_batch(X_batch, Y_batch)
        loss_and_metrics = model.evaluate(X_test, Y_test, batch_size=32)
        classes = model.predict_classes(X_test, batch_size=32)
        proba = model.predict_proba(X_test, batch_size=32)
    # fmt: on
    assert np.isfinite(loss_and_metrics)
    assert classes.shape == (64,)
    np.testing.assert_allclose(proba.sum(-1), 1.0, atol=1e-5)
    old = [str(one.message) for one in caught if one.category is DeprecationWarning]
    words = ("units", "input_shape", "learning_rate", "epochs", "argmax", "predict(x)")
    assert all(any(word in message for message in old) for word in words), old
