"""Every code that can reach a user has words, and the words ask for no field that the code does not bring."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import ParamError, ShapeError, UnknownNameError
from studio import words
from studio.data_source.errors import DataError
from studio.document import FileError, Refusal
from studio.document.linear import Branch
from studio.document.problems import Problem, Repair
from studio.document.values import Frozen
from studio.translate.errors import TranslateError
from studio.words import files, graph, layers, programs

ROOT = Path(__file__).parents[3]
PARTS = ("spec.py", "params.py", "registry.py", "layers/*.py", "catalog/*.py", "activations.py")
ENGINE = [path for part in PARTS for path in sorted((ROOT / "engine").glob(part))]
DOCUMENT = [*(ROOT / "studio/document").glob("*.py"), *(ROOT / "studio/commands").glob("*.py")]


def calls(paths: list[Path]) -> Iterator[tuple[str, ast.Call]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                func = node.func
                yield getattr(func, "id", getattr(func, "attr", "")), node


def coded(paths: list[Path], *names: str) -> Iterator[tuple[str, str, set[str]]]:
    """Find ``Name("...", code="x", field=...)`` in source and give name, code and the fields."""
    for name, call in calls(paths):
        given = {each.arg: each.value for each in call.keywords if each.arg}
        code = given.get("code")
        if name in names and isinstance(code, ast.Constant):
            stars = [each.value for each in call.keywords if each.arg is None]
            more = (
                {"source", "target"} if any(getattr(star, "id", "") == "names" for star in stars) else set()
            )
            yield name, str(code.value), set(given) | more


def asked(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_engine_codes() -> None:
    found = list(coded(ENGINE, "ShapeError", "ParamError", "UnknownNameError", "EngineError"))
    assert len(found) > 20
    for name, code, fields in found:
        assert code in layers.ENGINE, f"{name} {code} has no words"
        known = fields | {"name", "type", "message", "unknown"}
        if code in ("rank", "min_rank", "max_rank"):
            known |= {"expected", "got", "shape"}
        assert asked(layers.ENGINE[code]) <= known, (name, code, fields)


def test_document_codes() -> None:
    for name, code, fields in coded(DOCUMENT, "Refusal", "DocumentError"):
        assert code in graph.REFUSALS, f"{name} {code} has no words"
        assert asked(graph.REFUSALS[code]) <= fields, (code, fields)


def test_problem_codes() -> None:
    seen = set()
    for name, call in calls(DOCUMENT):
        if name != "say" or not call.args:
            continue
        for code in ast.walk(call.args[0]):
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                seen.add(code.value)
                if code.value in ("shape", "param"):
                    continue
                fields = {each.arg for each in call.keywords} | {"name", "loss", "target"}
                assert code.value in graph.PROBLEMS, f"{code.value} has no words"
                assert asked(graph.PROBLEMS[code.value]) <= fields, (code.value, fields)
    assert seen >= {"unwired", "cycle", "no_input", "width", "target_shape", "no_loss"}
    assert set(graph.PROBLEMS) <= seen


def test_data_codes_have_words_with_the_fields_of_the_sentence_below() -> None:
    from studio.data_source.errors import _SENTENCES

    assert set(files.DATA) == set(DataError.codes())
    for code, template in files.DATA.items():
        assert asked(template) <= asked(_SENTENCES[code]), code
    assert all(asked(files.DATA_NEAR[code]) <= asked(_SENTENCES[code]) for code in files.DATA_NEAR)


def test_file_codes() -> None:
    rooms = ("files", "file_text")
    source = "".join((ROOT / f"studio/document/{name}.py").read_text() for name in rooms)
    for code in files.FILES:
        assert f'"{code}"' in source, code
        assert "?" not in words.text(FileError("", code=code, path="a", where="b", expected="c", got="d"))


def test_branches() -> None:
    listed = Branch.__doc__ or ""
    assert all(code in listed for code in graph.BRANCHES)
    for code in graph.BRANCHES:
        said = words.branch_text(Branch(code, "n1").code, "conv2d")
        assert said.startswith("This cannot be shown as Sequential because")
        assert "conv2d" in said


def test_one_code_in_two_rooms_has_two_sentences() -> None:
    data = DataError("missing_value", path="/tmp/a.csv", row=3, column="age", got="NA")
    assert words.text(data) == (
        "a.csv, row 3, column “age”: the value is missing (“NA”). Fill it in, or let rows with "
        "missing values be left out."
    )
    wire = Refusal("x", code="cycle", source="a", target="b")
    assert words.text(wire) == "b leads to a already: the wire would close a loop."
    loop = Problem("cycle", "error", "main", "n1", fields=Frozen(name="a"))
    assert words.text(loop).startswith("a is part of a loop")
    assert words.text(DataError("shape", path="x.npz", column="a", expected=(8, 8), got=(4, 4))) == (
        "x.npz, array “a”: the rows should have the shape 8 × 8, but have 4 × 4."
    )
    near = DataError("no_column", path="x.csv", column="agee", got="'age'", near="age")
    assert words.text(near) == "x.csv: there is no column called “agee”. Did you mean “age”?"


@pytest.mark.parametrize(
    ("code", "expected", "shape", "said"),
    [
        ("rank", 3, (None, 3, 3, 32),
         "LSTM reads a sequence: steps × features. It gets a picture: 3 × 3 × 32."),
        ("rank", 4, (None, 64), "LSTM reads a picture: height × width × channels. It gets a vector of 64."),
        ("rank", 7, (None,), "LSTM reads examples with 6 axes. It gets one value for each example."),
        ("min_rank", 2, (None,),
         "LSTM needs at least a vector: one axis of features. It gets one value for each example."),
        ("max_rank", 2, (None, 1, 2, 3, 4, 5),
         "LSTM reads at most a vector: one axis of features. It gets 5 axes: 1 × 2 × 3 × 4 × 5."),
    ],
)  # fmt: skip
def test_ranks_are_told_without_the_batch(
    code: str, expected: int, shape: tuple[int | None, ...], said: str
) -> None:
    fields = Frozen(error=code, type="LSTM", name="lstm", expected=expected, got=len(shape), shape=shape)
    assert words.text(Problem("shape", "error", "main", "n1", fields=fields)) == said


def test_engine_errors_are_worded_when_they_come_as_exceptions() -> None:
    error = ShapeError("Layer 'conv' ...", code="too_small", layer="conv", axis=1, expected=5, got=3,
                       shape=(None, 3, 3, 1))  # fmt: skip
    assert words.text(error) == (
        "conv slides a window over the picture that needs a height of at least 5. The height is "
        "3: 3 × 3 × 1. Use a smaller window, padding same, or fewer layers that shrink the picture before it."
    )
    wrong = ParamError("x", code="param", owner="Dense", param="units", expected="a whole number", got="ten")
    assert words.text(wrong) == "Dense: units should be a whole number, not 'ten'."
    unknown = UnknownNameError("x", code="unknown_name", family="activations", name="rellu",
                               near=" Did you mean 'relu'?")  # fmt: skip
    assert words.text(unknown) == "Nothing is called “rellu” there. Did you mean relu?"
    assert words.text(ShapeError("As it is.", code="rows")) == "As it is."


def test_a_translation_is_used_and_values_are_never_taken_for_placeholders() -> None:
    words.install(lambda context, text: text.replace("Rename", "Umbenennen:"))
    try:
        assert words.edit_text("rename", {"old": "{name}", "name": "b"}) == "Umbenennen: {name} to b"
    finally:
        words.install(lambda context, text: text)


def test_repairs() -> None:
    rows = Repair("insert_layer", Frozen(type="Reshape", params={"target_shape": [3, 96]}, rows=True))
    assert words.repair_text(rows) == "Read row by row: 3 × 96"
    scale = Repair("insert_after", Frozen(type="Rescaling", params={"scale": 1 / 255}))
    assert words.repair_text(scale) == "Insert Rescaling 1/255"


def test_a_drawing_that_cannot_be_translated_says_its_problem() -> None:
    problem = Problem("no_input", "error", "main")
    error = TranslateError("English", code="problem", node="n1", problem=problem)
    assert words.text(error) == words.text(problem)
    assert words.text(error).startswith("There is no Input")


def test_a_lesson_is_a_sentence_and_the_rest():
    from studio.words import lesson, text

    error = ValueError("LSTM reads a sequence. It gets a picture: 3 × 3. Reshape it.")
    assert lesson(error) == ("LSTM reads a sequence.", "It gets a picture: 3 × 3. Reshape it.")
    alone = ValueError("No units")
    assert lesson(alone) == (text(alone), "")


def test_program_codes() -> None:
    rooms = [
        *(ROOT / "studio/translate").glob("*.py"),
        *(ROOT / "studio/runs").glob("*.py"),
        ROOT / "studio/session.py",
    ]
    given = {"reason"}  # of the cause
    worded = {"problem", "data", "step"}  # whose words are those of what they carry
    seen: dict[str, set[str]] = {}
    for _, code, fields in coded(rooms, "TranslateError"):
        seen[code] = seen.get(code, set()) | fields  # one code may come in several kinds
    for code, fields in seen.items():
        for key, template in programs.PROGRAMS.items():
            if key == code or key.startswith(f"{code}_"):
                assert asked(template) <= fields | given, (key, fields)
        assert code in worded or any(key.split("_")[0] == code.split("_")[0] for key in programs.PROGRAMS), (
            code
        )
    assert {"running", "object", "setting", "incomplete", "weights"} <= seen.keys()


def test_translate_errors_are_said_in_the_language_of_the_window() -> None:
    cause = ParamError("Layer ...", code="too_small", name="rate", expected=0, got=-1)
    for error, said in (
        (TranslateError("x", code="setting", setting="epochs", got="0", fault="whole", least=1),
         "The training setting “epochs” is a whole number of at least 1, not 0."),
        (TranslateError("x", code="incomplete", why="digit has no loss yet", fault="loss", name="digit"),
         "digit has no loss yet."),
        (TranslateError("x", code="object", fault="list", name="digit", got="3"),
         "digit: the metrics are a list of names or objects, not 3."),
        (TranslateError("English", code="said_before"), "English"),
    ):  # fmt: skip
        assert words.text(error) == said
    made = TranslateError("x", code="object", fault="optimizer", name="", thing="Adam")
    made.__cause__ = cause
    assert words.text(made).startswith("The optimizer “Adam” cannot be made. ")
