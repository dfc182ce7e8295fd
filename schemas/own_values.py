"""Values that Touchstream itself writes on its topics, read back with the care that any bytes deserve."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schemas.codec import Reason, Refused
from schemas.wording import one_line

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], raw: bytes | None) -> Model | Refused:
    """Read one value. No bytes whatever raise."""
    try:
        return model.model_validate_json(raw or b"")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "the value"
        return Refused(Reason.BAD_VALUE, one_line(f"{model.__name__}: {field}: {first['msg']}"))
