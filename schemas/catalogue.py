"""The catalogue of touchpoints: everything that `touchpoints.yaml` says, loaded and checked."""

from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import ValidationError, model_validator

from schemas.catalogue_errors import CatalogueError, MisfitError, described
from schemas.catalogue_links import misfits
from schemas.catalogue_parts import (
    BotRules,
    CauseRule,
    Channel,
    ConversationKind,
    EmotionRule,
    Entry,
    Funnel,
    SessionRules,
    Target,
    Thresholds,
    TimeRules,
    Touchpoint,
)
from schemas.located_yaml import LocatedYaml, YamlError
from schemas.opening_hours import BusinessCalendar

# "No offer within three hours: the client is lost." It holds where the file says nothing else.
PROPOSAL_TARGET = Target.model_validate({"id": "proposal_default", "within": "3h", "default_for": ["proposal"]})


class Catalogue(Entry):
    """Everything `touchpoints.yaml` says, checked."""

    touchpoints: tuple[Touchpoint, ...] = ()
    channels: tuple[Channel, ...] = ()
    targets: tuple[Target, ...] = ()
    calendars: tuple[BusinessCalendar, ...] = ()
    funnels: tuple[Funnel, ...] = ()
    causes: tuple[CauseRule, ...] = ()
    emotions: tuple[EmotionRule, ...] = ()
    sessions: SessionRules = SessionRules()
    time: TimeRules = TimeRules()
    bots: BotRules = BotRules()
    thresholds: Thresholds = Thresholds()

    @classmethod
    def load(cls, path: Path) -> "Catalogue":
        """Read and check a file; `CatalogueError` names each mistake with its line and its cure."""
        try:
            document = LocatedYaml.read(path)
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogueError([f"{path}: cannot be read ({error}): give the path of a UTF-8 YAML file"]) from error
        except YamlError as error:
            raise CatalogueError([f"{path}:{error.line}: {error}"]) from error
        try:
            return cls.model_validate(document.values)
        except ValidationError as error:
            raise CatalogueError(described(error, cls, path, document)) from error

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        if found := list(misfits(self)):
            raise MisfitError(found)
        return self

    def target_of(self, touchpoint_id: str, kind: str = "") -> Target | None:
        """Target of a wait: the touchpoint's own, else the default of the conversation's kind."""
        place = self._places.get(touchpoint_id)
        return self._targets.get(place.target) if place and place.target else self._default_targets.get(kind)

    @cached_property
    def _places(self) -> dict[str, Touchpoint]:
        return {each.id: each for each in self.touchpoints}

    @cached_property
    def _targets(self) -> dict[str, Target]:
        return {each.id: each for each in self.targets}

    @cached_property
    def _default_targets(self) -> dict[str, Target]:
        built_in: dict[str, Target] = {ConversationKind.PROPOSAL: PROPOSAL_TARGET}
        return built_in | {kind.value: each for each in self.targets for kind in each.default_for}
