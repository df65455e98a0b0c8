"""Names of Keras that need no room of their own: versions, switches, ``Config``, configs of demands."""

from __future__ import annotations

from typing import Any

import pytest

import engine
from engine import layers
from engine.serialization import SafeModeScope, in_safe_mode


def test_the_version_is_that_of_keras(keras: Any) -> None:
    assert engine.version() == engine.__version__ == keras.__version__


def test_switches_of_scripts_written_for_keras() -> None:
    engine.config.set_backend("torch")
    with pytest.raises(ValueError, match="backend is 'torch'"):
        engine.config.set_backend("jax")
    assert engine.config.is_traceback_filtering_enabled()
    engine.config.disable_traceback_filtering()
    assert not engine.config.is_traceback_filtering_enabled()
    engine.config.enable_traceback_filtering()
    assert engine.config.is_traceback_filtering_enabled()
    assert not engine.config.is_nnx_enabled()


def test_unsafe_reading_is_switched_on_for_all() -> None:
    double = lambda x: 2 * x  # noqa: E731  # a nameless function is what this is about
    config = layers.Lambda(double).get_config()
    with pytest.raises(ValueError, match="arbitrary code execution"):
        layers.Lambda.from_config(config)
    with SafeModeScope(in_safe_mode()):  # puts the switch back
        engine.config.enable_unsafe_deserialization()
        assert layers.Lambda.from_config(config).function is double
    assert in_safe_mode() is None


def test_counts_of_names() -> None:
    first = engine.backend.get_uid("counted")
    assert engine.backend.get_uid("counted") == first + 1


def test_demands_have_configs(keras: Any) -> None:
    for arguments in ({"ndim": 2, "axes": {-1: 3}}, {"shape": (None, 3), "optional": True}, {"min_ndim": 1}):
        found = engine.InputSpec(**arguments).get_config()
        assert found == keras.InputSpec(**arguments).get_config()
        assert engine.InputSpec.from_config(found).get_config() == found


def test_configs_are_attributes_and_dicts(keras: Any) -> None:
    for kind in (engine.utils.Config, keras.utils.Config):
        config = kind(rate=0.1)
        config.seed = 3
        config["beta"] = 2
        config.update(other=1)
        assert config.pop("other") == 1
        assert (config.rate, config["seed"], len(config), "beta" in config) == (0.1, 3, 3, True)
        assert list(config) == ["beta", "rate", "seed"]
        assert config.to_json() == '{"rate": 0.1, "seed": 3, "beta": 2}'
        assert dict(config.items()) == config.as_dict()
        assert (config.get("none", 5), list(config.keys())) == (5, ["rate", "seed", "beta"])
        config.freeze()
        assert config.frozen
        for change in (lambda c: setattr(c, "x", 1), lambda c: c.update(x=1), lambda c: c.pop("rate")):
            with pytest.raises(ValueError, match="frozen"):
                change(config)
        config.unfreeze()
        del config["beta"]
        with pytest.raises(AttributeError, match="Did you mean 'seed'"):
            _ = config.sed


def test_metrics_are_no_longer_added_to_layers() -> None:
    with pytest.raises(NotImplementedError, match="add_metric"):
        layers.Dense(1).add_metric(1)
