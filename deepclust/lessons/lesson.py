"""What a lesson is, and the reader that takes one from JSON: whatever is wrong with it is said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from json import JSONDecodeError
from typing import Annotated, Any, Literal

from deepclust.data.catalog.table import find_entry
from deepclust.disk import decode_json
from deepclust.params import values_from_json
from deepclust.projections import PROJECTIONS
from deepclust.records import UpTo, Within, from_record
from deepclust.spaces import Space

MOST_BYTES = 64_000  # of a file
MOST_STEPS, MOST_CHOICES = 20, 8
DATA_FIELDS = ("name", "options", "subset")  # of a reference: a lesson of a stranger names no file of this computer

Title = Annotated[str, UpTo(90)]
Sentence = Annotated[str, UpTo(500)]
Name = Annotated[str, UpTo(80)]
View = Literal["map", "means", "gallery", "curves", "eigengap", "beside", "reconstructions", "transformations"]
Colour = Literal["cluster", "confidence", "class"]
Measure = Literal["agreement", "clusters", "largest", "smallest", "accuracy"]


@dataclass(frozen=True)
class Subset:
    """Some of the samples of a data set, drawn at random. stratified: with the classes in their shares."""

    n: Annotated[int, Within(1, 10_000_000)]
    seed: Annotated[int, Within(0, 2**31 - 1)] = 0
    stratified: bool = False


@dataclass(frozen=True)
class Question:
    """What the class is asked before the button is pressed.

    With choices one of them is picked; with an answer that is a number, or a measure, a number is guessed; else there is
    room for a few words. answer: one of the choices, or the number; without one nothing is right or wrong. measure: the
    number is what the step's run turns out to have (`deepclust.lessons.measures`).
    """

    ask: Sentence
    choices: tuple[Title, ...] = ()
    answer: Title | float | None = None
    measure: Measure | None = None

    @property
    def kind(self) -> str:
        """How it is answered: "choices", "number" or "text"."""
        number = self.measure is not None or isinstance(self.answer, float)
        return "choices" if self.choices else "number" if number else "text"


@dataclass(frozen=True)
class Train:
    """What a step trains; what it leaves out is as in the lesson.

    Preset and settings of the lesson are for its own method: a step with another one takes only ``n_clusters`` from there.
    """

    data: Mapping[str, Any] | None = None
    method: Name | None = None
    preset: Name | None = None
    settings: Mapping[str, Any] | None = None
    seed: Annotated[int, Within(0, 2**31 - 1)] | None = None


@dataclass(frozen=True)
class Look:
    """What is looked at after the button: a view of the step's run, or of the last one before it.

    space, projection and colour are of the map, which shows points in the plane as they lie there unless another projection
    is asked for; k: another number of clusters than the run was trained with.
    """

    view: View = "map"
    space: Name = "latent"
    projection: Name = "pca"
    colour: Colour = "cluster"
    k: Annotated[int, Within(2, 200)] | None = None


@dataclass(frozen=True)
class Step:
    """One sentence, maybe a question, one button, and what is seen then. reveal: the button also uncovers the labels."""

    say: Sentence
    question: Question | None = None
    button: Annotated[str, UpTo(40)] | None = None
    train: Train | None = None
    reveal: bool = False
    look: Look = Look()
    after: Sentence | None = None


@dataclass(frozen=True)
class Lesson:
    """A lesson as its file has it. hidden: what the class is not told before the last step has been seen."""

    title: Title
    minutes: Annotated[int, Within(1, 90)]
    data: Mapping[str, Any]
    method: Name
    steps: tuple[Step, ...]
    summary: Sentence | None = None
    preset: Name | None = None
    settings: Mapping[str, Any] | None = None
    seed: Annotated[int, Within(0, 2**31 - 1)] = 0
    hidden: tuple[Literal["labels", "k"], ...] = ("labels",)

    def trained(self, number: int) -> Train | None:
        """What the step of this number trains, with nothing left out; None for one that only looks."""
        own = self.steps[number].train
        if own is None:
            return None
        usual = own.method in (None, self.method)
        of_lesson = dict(self.settings or {})
        settings = of_lesson if usual else {n: v for n, v in of_lesson.items() if n == "n_clusters"}
        return Train(
            data=own.data or self.data,
            method=own.method or self.method,
            preset=own.preset or (self.preset if usual else None),
            settings={**settings, **(own.settings or {})},
            seed=self.seed if own.seed is None else own.seed,
        )

    def to_json(self) -> dict[str, Any]:
        """What its file holds; `read_lesson` makes the same lesson of it."""
        written: dict[str, Any] = _without_defaults(asdict(self))
        return written


def _without_defaults(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_defaults(inner) for name, inner in value.items() if inner is not None and inner != ()}
    return [_without_defaults(inner) for inner in value] if isinstance(value, tuple | list) else value


def read_lesson(text: str | bytes) -> Lesson:
    """The lesson of a JSON text. ValueError, in a sentence that names the place, for everything that is not right."""
    if len(text) > MOST_BYTES:
        raise ValueError(f"A lesson has at most {MOST_BYTES:,} bytes, and this one has {len(text):,}.")
    try:
        values = _decoded(text)
        lesson = from_record(Lesson, values)
        _check_names(lesson, values, "")
        _check(lesson)
    except ValueError as error:
        raise ValueError(f"This is no lesson that can be played: {_short(str(error))}") from None
    return lesson


def _decoded(text: str | bytes) -> Any:
    try:
        return decode_json(text)
    except JSONDecodeError as error:
        raise ValueError(
            f"line {error.lineno}, character {error.colno}: it is no JSON there ({error.msg}). Look for a comma or a quote that is "
            "missing or too many"
        ) from None
    except UnicodeDecodeError:
        raise ValueError("it is no text in UTF-8, as editors save it") from None


def _short(sentence: str) -> str:
    return (sentence if len(sentence) <= 600 else f"{sentence[:599]}…").rstrip(".") + "."


def _check_names(value: Any, written: Any, place: str) -> None:
    """ValueError for a field that means nothing: it is a slip of the pen, as lessons are written by hand."""
    if isinstance(value, tuple):
        for number, (inner, of) in enumerate(zip(value, written, strict=True)):
            _check_names(inner, of, f"step {number + 1}, ")
    if not is_dataclass(value):
        return
    known = [field.name for field in fields(value)]
    for name, inner in written.items():
        if name not in known:
            raise ValueError(f"{place}{name[:60]!r} is no field. There are: {', '.join(known)}")
        _check_names(getattr(value, name), inner, "" if name == "steps" else f"{place}{name}, ")


def _check(lesson: Lesson) -> None:
    if not 1 <= len(lesson.steps) <= MOST_STEPS:
        raise ValueError(f"steps: at least one and at most {MOST_STEPS}, not {len(lesson.steps)}")
    _check_data(lesson.data, "data")
    _check_training(lesson.method, lesson.preset, lesson.settings or {}, "")
    any_run = False
    for number, step in enumerate(lesson.steps):
        place = f"step {number + 1}, "
        training = lesson.trained(number)
        if training is not None:
            _check_data(training.data or {}, f"{place}data")
            _check_training(str(training.method), training.preset, training.settings or {}, place)
        any_run = any_run or training is not None
        if not any_run:
            raise ValueError(
                f'{place}train: the first step has to train, as there is nothing to look at yet: "train": {{}}'
            )
        _check_look(step.look, place)
        if step.question is not None:
            _check_question(step.question, place)


def _check_data(ref: Mapping[str, Any], place: str) -> None:
    unknown = sorted(set(ref) - set(DATA_FIELDS))
    if unknown or not isinstance(ref.get("name"), str):
        raise ValueError(
            f'{place}: a data set of the catalog by its name, such as {{"name": "digits"}}; next to it may stand '
            f"options and subset, not {', '.join(map(repr, unknown)) or 'nothing'}"
        )
    entry = find_entry(ref["name"])
    options = ref.get("options") or {}
    if not isinstance(options, dict):
        raise ValueError(f"{place}, options: an object")
    if options:
        if entry.drawn is None:
            raise ValueError(f"{place}, options: {entry.name} has none, it is always the same")
        values_from_json(entry.drawn, options)
    subset = ref.get("subset")
    if subset is not None:
        try:
            _check_names(from_record(Subset, subset), subset, "")
        except ValueError as error:
            raise ValueError(f"{place}, subset: {error}") from None


def _check_training(method: str, preset: str | None, settings: Mapping[str, Any], place: str) -> None:
    from deepclust.engine.asking.ask import SET_BY_RUN
    from deepclust.methods import METHODS  # they load scikit-learn, which the first page, with its shelf, does without

    if method not in METHODS:
        raise ValueError(f"{place}method: {method!r} is none. Choose one of {', '.join(METHODS)}")
    cls = METHODS[method]
    if preset is not None and preset not in cls.presets:
        raise ValueError(f"{place}preset: {method} has no {preset!r}. It has: {', '.join(cls.presets) or 'none'}")
    try:
        for name in settings:
            if name in SET_BY_RUN:
                raise ValueError(f'{name} is no setting; "seed" has a field of its own, and the device is not chosen')
        values_from_json(cls, settings)
    except ValueError as error:
        raise ValueError(f"{place}settings: {error}") from None


def _check_look(look: Look, place: str) -> None:
    if look.projection not in PROJECTIONS:
        raise ValueError(
            f"{place}look, projection: {look.projection!r} is none. Choose one of {', '.join(PROJECTIONS)}"
        )
    try:
        Space.parse(look.space)
    except ValueError as error:
        raise ValueError(f"{place}look, space: {error}") from None


def _check_question(question: Question, place: str) -> None:
    place = f"{place}question"
    if question.choices and not 2 <= len(question.choices) <= MOST_CHOICES:
        raise ValueError(f"{place}, choices: from 2 to {MOST_CHOICES}, not {len(question.choices)}")
    if len(set(question.choices)) < len(question.choices):
        raise ValueError(f"{place}, choices: two of them are the same")
    if question.choices and question.measure is not None:
        raise ValueError(f"{place}: either choices or a measure")
    if question.choices and question.answer is not None and question.answer not in question.choices:
        raise ValueError(f"{place}, answer: has to be one of the choices, word for word")
    if not question.choices and isinstance(question.answer, str):
        raise ValueError(f"{place}, answer: a number, or one of the choices where there are any")
    if question.measure is not None and question.answer is not None:
        raise ValueError(f"{place}: either an answer or a measure")
