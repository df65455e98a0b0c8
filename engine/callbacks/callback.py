"""The base of callbacks and the list that calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.structure import flatten

Hook = Callable[..., Any] | None

HOOKS = (
    "on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end",
    "on_train_batch_begin", "on_train_batch_end",
    "on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end",
    "on_predict_begin", "on_predict_end", "on_predict_batch_begin", "on_predict_batch_end",
)  # fmt: skip


class Callback:
    """Something that is told how a run goes: override the hooks you want.

    ``model`` is the model, ``params`` holds ``epochs``, ``steps`` (``None``: unknown) and ``verbose``.  The
    logs of a batch are the running means of its epoch, read from the device when you look at them.  Setting
    ``self.model.stop_training = True`` ends the run after the batch.  Keras: ``keras.callbacks.Callback``.
    """

    def __init__(self) -> None:
        self.params: Mapping[str, Any] = {}
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The model that trains; ``None`` before the run."""
        return getattr(self, "_model", None)

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Take the facts of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model."""
        self._model = model

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Called once before the first epoch."""

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Called once after the last epoch, with its logs."""

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Called before an epoch (counted from 0)."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Called after an epoch and its validation, whose numbers are named ``val_...``."""

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Called before a step of training."""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Called after a step of training."""

    def on_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """An older name of ``on_train_batch_begin``."""

    def on_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """An older name of ``on_train_batch_end``."""

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Called before an evaluation, that of an epoch too."""

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Called after an evaluation."""

    def on_test_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Called before a batch of an evaluation."""

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Called after a batch of an evaluation."""

    def on_predict_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Called before a prediction."""

    def on_predict_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Called after a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Called before a batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Called after a batch of a prediction; ``logs["outputs"]`` holds its tensors."""

    def on_grad_computed(self, batch: int, grads: Mapping[str, Any]) -> None:
        """Called between gradients and update of a step; ``grads`` holds them by the paths of the weights.

        The engine's own: Keras has no such hook.
        """


def _overrides(callback: Any, hook: str) -> Callable[..., Any] | None:
    """Return a callback's own method for ``hook``, also where it is an attribute of the object."""
    found = getattr(callback, hook, None)
    if found is None or getattr(found, "__func__", None) is getattr(Callback, hook, None):
        return None
    return found  # type: ignore[no-any-return]  # getattr says nothing of it


class CallbackList:
    """Callbacks as one; hooks that nobody overrides cost nothing.  Keras:
    ``keras.callbacks.CallbackList``.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        from engine.callbacks.history import History
        from engine.callbacks.progress import ProgbarLogger

        self.callbacks: list[Any] = flatten(callbacks) if callbacks else []
        self.testing = False
        self.params: Mapping[str, Any] = {}
        self._batch = 0
        # The display is told last, so that it shows what other callbacks added to the logs.
        for wanted, cls in ((add_history, History), (add_progbar, ProgbarLogger)):
            if wanted and not any(isinstance(item, cls) for item in self.callbacks):
                self.callbacks.append(cls())
        self.set_model(model)
        self.set_params(params)
        self._hooks: dict[str, list[Callable[..., Any]]] = {}
        for hook in HOOKS:
            names = [hook]
            if hook.startswith("on_train_batch"):
                names.append(hook.replace("train_", ""))
            found = [_overrides(callback, name) for callback in self.callbacks for name in names]
            self._hooks[hook] = [method for method in found if method is not None]

    def set_model(self, model: Any) -> None:
        """Show the model to all callbacks."""
        if model is None:
            return
        self.model = model
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Tell all callbacks the facts of the run."""
        if not params:
            return
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def on_batch_begin(self, batch: int, logs: Any = None) -> None:
        """An older name of ``on_train_batch_begin``."""
        self.on_train_batch_begin(batch, logs)

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        """An older name of ``on_train_batch_end``."""
        self.on_train_batch_end(batch, logs)

    @property
    def history(self) -> Any:
        """The ``History`` among the callbacks."""
        from engine.callbacks.history import History

        return next((item for item in self.callbacks if isinstance(item, History)), None)

    def watches(self, hook: str) -> bool:
        """Return whether any callback overrides ``hook``."""
        return bool(self._hooks[hook])

    def grad_hook(self) -> Callable[[Mapping[str, Any]], None] | None:
        """Return what to call with the gradients of each step; ``None`` where nobody asks for them."""
        methods = [_overrides(callback, "on_grad_computed") for callback in self.callbacks]
        wanted = [method for method in methods if method is not None]
        if not wanted:
            return None

        def tell(grads: Mapping[str, Any]) -> None:
            for method in wanted:
                method(self._batch, grads)

        self._hooks["on_train_batch_begin"].insert(0, self._count)
        return tell

    def _count(self, batch: int, logs: Any = None) -> None:
        self._batch = batch

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Return what calls the hook ``name`` of everybody who has it."""
        try:
            methods = self.__dict__["_hooks"][name]
        except KeyError:
            raise AttributeError(name) from None

        # Hooks may look into the logs, so there always are some.
        def call(index: int, logs: Any = None) -> None:
            logs = {} if logs is None else logs
            for method in methods:
                method(index, logs)

        def call_without_index(logs: Any = None) -> None:
            logs = {} if logs is None else logs
            for method in methods:
                method(logs)

        made: Callable[..., None] = call if "batch" in name or "epoch" in name else call_without_index
        self.__dict__[name] = made  # found directly from now on
        return made


class LambdaCallback(Callback):
    """A callback from functions: ``LambdaCallback(on_epoch_end=lambda epoch, logs: ...)``.

    Keras: https://keras.io/api/callbacks/lambda_callback/.
    """

    def __init__(
        self,
        on_epoch_begin: Hook = None,
        on_epoch_end: Hook = None,
        on_train_begin: Hook = None,
        on_train_end: Hook = None,
        on_train_batch_begin: Hook = None,
        on_train_batch_end: Hook = None,
        **hooks: Hook,
    ) -> None:
        super().__init__()
        hooks |= {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end, "on_train_begin": on_train_begin,
            "on_train_end": on_train_end, "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }  # fmt: skip
        for hook, function in hooks.items():
            known = hook in (*HOOKS, "on_batch_begin", "on_batch_end", "on_grad_computed")
            if hook.startswith("on_") and not known:
                raise TypeError(f"There is no hook {hook!r}. The hooks are {', '.join(HOOKS)}.")
            if not known:
                setattr(self, hook, function)  # something of the user's own
            elif function is not None:
                setattr(self, hook, _with_logs(hook, function))


def _with_logs(hook: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` so that leaving out the logs passes ``None``, as it does with a method."""
    if hook == "on_grad_computed":
        return function
    if "batch" in hook or "epoch" in hook:
        return lambda index, logs=None: function(index, logs)
    return lambda logs=None: function(logs)
