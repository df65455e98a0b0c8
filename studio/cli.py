"""The command line: the window, and the same work without one.

``check``, ``export`` and ``train`` import no Qt, ``train`` until its curves are to be drawn.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from studio import headless, offscreen
from studio.words.say import say
from studio.words.say import tr as _mark


def tr(text: str) -> str:
    """Return a text of the command line in the user's language."""
    return say(_mark(text), {})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0 for success, 1 for an error in file or model, 2 for usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in {*_COMMANDS, "-h", "--help", "--version"}:
        return _window(given)
    for stream in (sys.stdout, sys.stderr):  # names of a file may hold what a terminal cannot show
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(given)
    try:
        return int(options.function(options))
    except headless.FAILURES as error:
        print(headless.reason(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def _window(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bunon", description=tr("Draw neural networks, train them."))
    parser.add_argument("files", nargs="*", metavar=tr("FILE"), help=tr("a .bunon file to open in a tab"))
    options = parser.parse_args(given)
    from studio.app import main as window

    return int(window(options.files))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bunon",
        description=tr("Draw neural networks, train them, and take the script away."),
        epilog=tr("bunon [FILE ...] without a command opens the window."),
    )
    parser.add_argument("--version", action="version", version=headless.version())
    commands = parser.add_subparsers(required=True, metavar=tr("COMMAND"))

    check = commands.add_parser("check", help=tr("show layers, shapes and what is wrong"))
    check.add_argument("file", type=Path)
    check.set_defaults(function=lambda o: headless.check(o.file))

    train = commands.add_parser("train", help=tr("train and write history, weights and curves"))
    train.add_argument("file", type=Path)
    train.add_argument("--epochs", type=_positive, help=tr("how many instead of the file's own"))
    train.add_argument("--device", default="", choices=("auto", "cpu", "cuda", "mps"))
    train.add_argument("--out", type=Path, help=tr("folder to write to, NAME-trained unless given"))
    train.set_defaults(function=_train)

    export = commands.add_parser("export", help=tr("write a Python script that runs by itself"))
    export.add_argument("file", type=Path)
    export.add_argument("--to", required=True, choices=("keras", "engine"))
    export.add_argument("--out", required=True, type=Path, help=tr("the script's path"))
    export.set_defaults(function=lambda o: headless.export_script(o.file, o.to, o.out))

    render = commands.add_parser("render", help=tr("draw the network as a picture"))
    render.add_argument("file", type=Path)
    render.add_argument("--out", required=True, type=Path, help=tr("the path: .svg, .pdf or .png"))
    render.add_argument(
        "--theme", default="paper", choices=("paper", "light", "dark"), help=tr("paper unless given")
    )
    render.add_argument("--transparent", action="store_true", help=tr("no ground behind the drawing"))
    render.add_argument("--scale", type=_scale, help=tr("how large: 1 is life size, 0.1 to 10"))
    render.add_argument("--letters", action="store_true", help=tr("letters of an SVG stay letters"))
    render.add_argument(
        "--only", nargs="+", default=[], metavar=tr("NAME"), help=tr("draw these nodes alone")
    )
    render.add_argument("--block", default="", metavar=tr("NAME"), help=tr("draw a block from inside"))
    render.add_argument("--blocks", action="store_true", help=tr("each block in a file beside, too"))
    render.set_defaults(function=_render)

    demo = commands.add_parser("demo", help=tr("train the handwritten digits in the window"))
    demo.set_defaults(function=lambda o: offscreen.demo(Path("bunon-demo")))
    return parser


_COMMANDS = ("check", "train", "export", "render", "demo")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(tr("a whole number of at least 1"))
    return value


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 10.0:
        raise argparse.ArgumentTypeError(tr("a number from 0.1 to 10"))
    return value


def _render(options: argparse.Namespace) -> int:
    return offscreen.render(
        options.file,
        options.out,
        theme=options.theme,
        scale=options.scale,
        letters=options.letters,
        transparent=options.transparent,
        only=options.only,
        block=options.block,
        blocks=options.blocks,
    )


def _train(options: argparse.Namespace) -> int:
    out = options.out or options.file.with_name(options.file.stem + "-trained")
    code = headless.train(options.file, out, options.epochs, options.device)
    if (out / "history.json").is_file():
        print(offscreen.draw_curves(out / "history.json", out / "curves.png"))
    return code
