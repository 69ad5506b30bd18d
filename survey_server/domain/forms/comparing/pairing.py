"""Which part of one version of a form is which part of another.

A part that stands where it stood is the same. One that stands elsewhere is known again where there
is no doubt: only one part that is gone and only one that is new have the same name and wording,
number, role or type; or another name, and the same wording and number or role. A group brings
along what is in it. Read backwards the pairs are the same, so that what one direction calls added,
the other calls removed.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from survey_server.domain.forms.parts import FormDescription, Group, Labels, Path, Question

Part = Question | Group
Key = Callable[[Part], Hashable | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One part in both versions, or in one of them.

    `is_moved` where the part itself has left its place, and not only a group around it.
    """

    old: Part | None
    new: Part | None
    is_moved: bool = False


def steps_between(a: FormDescription, b: FormDescription) -> Iterator[Step]:
    """In the order of `b`; what is gone comes after the part that it stood behind in `a`."""
    olds, news = dict(_parts(a.root)), dict(_parts(b.root))
    found = _found(olds, news, frozenset(a.languages) & frozenset(b.languages))
    backwards = {new: old for old, new in found.items()}
    gone = _gone_behind(olds, found)
    yield from gone.get((), ())
    for path, new in news.items():
        if path not in backwards:
            yield Step(None, new)
            continue
        before = backwards[path]
        yield Step(olds[before], new, _is_moved(before, path, found))
        yield from gone.get(before, ())


def _found(
    olds: dict[Path, Part], news: dict[Path, Part], languages: frozenset[str]
) -> dict[Path, Path]:
    found = {path: path for path in olds if path in news and _alike(olds[path], news[path])}
    for key in _keys(languages):
        _pair_by(key, olds, news, found)
    return found


def _gone_behind(olds: dict[Path, Part], found: dict[Path, Path]) -> dict[Path, list[Step]]:
    gone: dict[Path, list[Step]] = {}
    last: Path = ()
    for path, part in olds.items():
        if path in found:
            last = path
        else:
            gone.setdefault(last, []).append(Step(part, None))
    return gone


def shared_words(labels: Labels, languages: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, labels[name]) for name in sorted(languages) if labels.get(name))


def _parts(group: Group) -> Iterator[tuple[Path, Part]]:
    for child in group.children:
        yield child.path, child
        if isinstance(child, Group):
            yield from _parts(child)


def _alike(old: Part, new: Part) -> bool:
    return isinstance(old, Group) is isinstance(new, Group)


def _is_moved(old: Path, new: Path, found: dict[Path, Path]) -> bool:
    came_along = found.get(old[:-1], old[:-1]) == new[:-1]
    return not (came_along and old[-1] == new[-1])


def _keys(languages: frozenset[str]) -> tuple[Key, ...]:
    """From the surest to the least sure; groups first, because they bring others along."""

    def words(part: Part) -> Hashable | None:
        return shared_words(part.labels, languages) or None

    def also(*wanted: Key) -> Key:
        return lambda part: _all(key(part) for key in wanted)

    def of_group(*wanted: Key) -> Key:
        return lambda part: also(*wanted)(part) if isinstance(part, Group) else None

    def of_question(*wanted: Key) -> Key:
        return lambda part: also(*wanted)(part) if isinstance(part, Question) else None

    groups = (
        of_group(_name, words),
        of_group(_name),
        of_group(_number, words),
        of_group(_role, words),
        of_group(_contents),
    )
    questions = (
        of_question(_name, _number),
        of_question(_name, _role),
        of_question(_name, words),
        of_question(_name, _type),
        of_question(_number, words),
        of_question(_role, words),
    )
    return (*groups, *questions)


def _all(values: Iterable[Hashable | None]) -> Hashable | None:
    found = tuple(values)
    return None if None in found else found


def _name(part: Part) -> str:
    return part.name


def _number(part: Part) -> str | None:
    return part.number


def _role(part: Part) -> str | None:
    return part.role


def _type(part: Part) -> str | None:
    return part.type if isinstance(part, Question) else part.kind


def _contents(part: Part) -> Hashable | None:
    names = tuple(child.name for child in part.children) if isinstance(part, Group) else ()
    return names if len(names) > 1 else None


def _pair_by(
    key: Key, olds: dict[Path, Part], news: dict[Path, Part], found: dict[Path, Path]
) -> None:
    taken = set(found.values())
    old_by_key = _unique(key, (part for path, part in olds.items() if path not in found))
    new_by_key = _unique(key, (part for path, part in news.items() if path not in taken))
    same = [(old_by_key[value], new_by_key[value]) for value in old_by_key.keys() & new_by_key]
    for old, new in sorted(same, key=_outer_first):
        if old.path not in found and new.path not in taken:
            _pair(old, new, found, taken)


def _outer_first(pair: tuple[Part, Part]) -> tuple[int, Path, Path]:
    """An order that is the same read backwards."""
    old, new = pair[0].path, pair[1].path
    return len(old) + len(new), min(old, new), max(old, new)


def _pair(old: Part, new: Part, found: dict[Path, Path], taken: set[Path]) -> None:
    found[old.path] = new.path
    taken.add(new.path)
    if isinstance(old, Group) and isinstance(new, Group):
        below = {child.name: child for child in new.children}
        for child in old.children:
            other = below.get(child.name)
            if other is None or not _alike(child, other):
                continue
            if child.path not in found and other.path not in taken:
                _pair(child, other, found, taken)


def _unique(key: Key, parts: Iterable[Part]) -> dict[Hashable, Part]:
    found: dict[Hashable, Part | None] = {}
    for part in parts:
        value = key(part)
        if value is not None:
            found[value] = None if value in found else part
    return {value: part for value, part in found.items() if part is not None}
