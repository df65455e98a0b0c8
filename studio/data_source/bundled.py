"""The datasets that come with Bunon: what is in them, and how their files are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from studio.data_source.errors import DataError, listed, nearest
from studio.data_source.fields import MISSING, DataSettings, Field, Source, Split


@dataclass(frozen=True)
class File:
    """One file to read: ``names`` replace the header line, where they are given."""

    name: str
    header: bool = True
    names: tuple[str, ...] = ()
    delimiter: str = ","

    @property
    def holds_arrays(self) -> bool:
        """Whether this is an .npz file; otherwise it is a table."""
        return self.name.lower().endswith(".npz")


@dataclass(frozen=True)
class Bundled:
    """A dataset that comes with Bunon; ``task`` is "classification", "regression" or "forecast"."""

    key: str
    title: str
    description: str
    task: str
    settings: DataSettings


_IRIS = ("sepal_length", "sepal_width", "petal_length", "petal_width")
_WINE = (
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
    "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280", "proline",
)  # fmt: skip
_CELL = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points",
    "symmetry", "fractal_dimension",
)  # fmt: skip
_CANCER = tuple(f"{part}_{name}" for part in ("mean", "error", "worst") for name in _CELL)
_DIABETES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
_GARMENTS = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

_FILES: dict[str, tuple[File, ...]] = {
    "digits": (File("digits.csv.gz", header=False),),
    "wine": (File("wine_data.csv", names=(*_WINE, "cultivar")),),
    "sunspots": (File("sunspots.csv"),),
    "auto_mpg": (File("auto-mpg.csv"),),
    "iris": (File("iris.csv", names=(*_IRIS, "species")),),
    "breast_cancer": (File("breast_cancer.csv", names=(*_CANCER, "diagnosis")),),
    "diabetes": (
        File("diabetes_data_raw.csv.gz", header=False, names=_DIABETES, delimiter=" "),
        File("diabetes_target.csv.gz", header=False, names=("progression",)),
    ),
    "penguins": (File("penguins.csv"),),
    "titanic": (File("titanic_all.csv"),),
    "seattle_weather": (File("seattle-weather.csv"),),
    "airline": (File("airline-passengers.csv"),),
    "fashion_mnist": (File("fashion_5k.npz"),),
}


def files_of(source: Source) -> tuple[File, ...]:
    """Return the files that a source consists of; raises ``DataError`` for an unknown bundled name."""
    if source.kind == "none":
        return ()
    if source.kind != "bundled":
        return (File(source.name, source.header, (), source.delimiter),)
    if source.name not in _FILES:
        known = list(_FILES)
        near = nearest(source.name, known)
        raise DataError("no_bundled", got=source.name, expected=listed(known), near=near)
    return _FILES[source.name]


def _numbers(name: str, *columns: str) -> Field:
    return Field(name, "numbers", columns, (len(columns),))


def _category(name: str, column: str, classes: tuple[str, ...], values: tuple[str, ...] = ()) -> Field:
    return Field(name, "category", (column,), (), classes, values)


def _counted(count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(count))


def _series(column: str, steps: int) -> tuple[Field, Field]:
    return Field("series", "series", (column,), (steps, 1)), _numbers("next", column)


_DIGITS = (
    Field("image", "image", ("c1", "c64"), (8, 8, 1), span=True),
    _category("label", "c65", _counted(10)),
)
_FASHION = (
    Field("image", "image", ("xtr", "xte"), (28, 28, 1)),
    Field("label", "category", ("ytr", "yte"), (), _GARMENTS),
)
_AUTO = (
    _numbers("numbers", "displ", "hp", "weight", "accel", "yr"),
    _category("origin", "origin", ("USA", "Europe", "Japan"), ("1", "2", "3")),
    _numbers("mpg", "mpg"),
    _category("cylinders", "cyl", ("3", "4", "5", "6", "8")),
)
_PENGUINS = (
    _numbers("measures", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"),
    _category("island", "island", ("Biscoe", "Dream", "Torgersen")),
    _category("sex", "sex", ("female", "male"), ("FEMALE", "MALE")),
    _category("species", "species", ("Adelie", "Chinstrap", "Gentoo")),
)
_TITANIC = (
    _numbers("age", "age"),
    _category("passenger_class", "class", ("1st", "2nd", "3rd")),
    _category("sex", "sex", ("female", "male")),
    _category("survived", "survived", ("no", "yes"), ("0", "1")),
)
_WEATHER = (
    _numbers("measures", "precipitation", "temp_max", "temp_min", "wind"),
    _category("weather", "weather", ("drizzle", "fog", "rain", "snow", "sun")),
)


def _bundled(
    key: str,
    title: str,
    task: str,
    description: str,
    fields: tuple[Field, ...],
    targets: tuple[str, ...],
    missing: tuple[str, ...] = (),
) -> Bundled:
    window = next((each.shape[0] for each in fields if each.kind == "series"), 0)
    settings = DataSettings(
        Source("bundled", key),
        fields,
        Split(shuffle=window == 0),
        targets,
        window,
        drop_missing=bool(missing),
        missing=missing or MISSING,
    )
    return Bundled(key, title, description, task, settings)


@cache
def bundled() -> tuple[Bundled, ...]:
    """Return the bundled datasets, those of the example projects first."""
    return (
        _bundled("digits", "Handwritten digits", "classification",
            "1,797 pictures of handwritten digits, 8 × 8 pixels from 0 (paper) to 16 (ink).",
            _DIGITS, ("label",)),
        _bundled("wine", "Wine", "classification",
            "13 chemical measurements of 178 wines from three cultivars. Which one is it?",
            (_numbers("measures", *_WINE),
             _category("cultivar", "cultivar", ("class_0", "class_1", "class_2"), _counted(3))),
            ("cultivar",)),
        _bundled("sunspots", "Sunspots", "forecast",
            "The number of sunspots in each year from 1700 to 2008: 24 years tell the next one.",
            _series("SUNACTIVITY", 24), ("next",)),
        _bundled("auto_mpg", "Cars and their fuel", "regression",
            "392 cars of 1970 to 1982: miles per gallon and number of cylinders from five numbers and "
            "the origin.",
            _AUTO, ("mpg", "cylinders")),
        _bundled("iris", "Iris", "classification",
            "Sepals and petals of 150 iris flowers of three species, in centimetres.",
            (_numbers("measures", *_IRIS),
             _category("species", "species", ("setosa", "versicolor", "virginica"), _counted(3))),
            ("species",)),
        _bundled("breast_cancer", "Breast cancer", "classification",
            "30 measurements of cell nuclei from 569 samples of tissue: malignant or benign?",
            (_numbers("measures", *_CANCER),
             _category("diagnosis", "diagnosis", ("malignant", "benign"), _counted(2))),
            ("diagnosis",)),
        _bundled("diabetes", "Diabetes", "regression",
            "Ten measurements of 442 patients, and how far their diabetes had got a year later.",
            (_numbers("measures", *_DIABETES), _numbers("progression", "progression")),
            ("progression",)),
        _bundled("penguins", "Penguins", "classification",
            "Three species of Antarctic penguins by body, island and sex. Of 344 rows the 11 with a "
            "missing value are left out.",
            _PENGUINS, ("species",), MISSING),
        _bundled("titanic", "Titanic", "classification",
            "Who survived the Titanic? Of 1,313 passengers the 557 without an age or a class are left out.",
            _TITANIC, ("survived",), (*MISSING, "*")),
        _bundled("seattle_weather", "Weather of Seattle", "classification",
            "Rain, temperatures and wind on 1,461 days in Seattle. What was the weather called?",
            _WEATHER, ("weather",)),
        _bundled("airline", "Airline passengers", "forecast",
            "Passengers in each month from 1949 to 1960, in thousands: 12 months tell the next one.",
            _series("passengers", 12), ("next",)),
        _bundled("fashion_mnist", "Fashion-MNIST", "classification",
            "6,000 pictures of ten kinds of clothing, 28 × 28 pixels from 0 to 255 (part of the full set).",
            _FASHION, ("label",)),
    )  # fmt: skip
