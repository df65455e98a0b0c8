"""Where messages to the reader go: the terminal, or the log of the program."""

from __future__ import annotations

import logging
import sys

from engine.errors import ParamError

_logger = logging.getLogger("engine")
_interactive = [True]


def enable_interactive_logging() -> None:
    """Print progress and messages to the terminal, which is the default."""
    _interactive[0] = True


def disable_interactive_logging() -> None:
    """Send messages to Python's logger "engine" instead of the terminal."""
    _interactive[0] = False


def is_interactive_logging_enabled() -> bool:
    """Return whether messages are printed."""
    return _interactive[0]


def print_msg(message: str, line_break: bool = True) -> None:
    """Print a message, or log it where interactive logging is off."""
    if _interactive[0]:
        text = f"{message}\n" if line_break else message
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:  # a terminal without the signs of the bar
            known = sys.stdout.encoding or "ascii"
            sys.stdout.write(text.encode(known, errors="replace").decode(known))
        sys.stdout.flush()
    else:
        _logger.info(message)


def set_logging_verbosity(level: str) -> None:
    """Set what the logger "engine" lets through: FATAL, ERROR, WARNING, INFO or DEBUG.

    Raises ``ParamError`` for other words.  Keras: ``keras.utils.set_logging_verbosity``.
    """
    if level not in ("FATAL", "ERROR", "WARNING", "INFO", "DEBUG"):
        raise ParamError(
            f"verbosity level is FATAL, ERROR, WARNING, INFO or DEBUG. Received: {level!r}", code="param"
        )
    _logger.setLevel(level)
