"""What a refusal is about: nobody being signed in, another sign-in that is needed, or the key given for everybody."""

from webapp.client.call import Call
from webapp.client.choice import choose, lacking, missing
from webapp.client.config import ClientConfig
from webapp.client.credentials import Credentials
from webapp.client.lost import may_mean_signed_out, says_signed_out
from webapp.client.schemes import Guide
from webapp.client.wire import Answer, decode_body
from webapp.errors import APIError, Forbidden, KeyRefused, Unauthorized


def explained(
    config: ClientConfig, credentials: Credentials, guide: Guide, call: Call, got: Answer, error: APIError
) -> APIError:
    """The error that an answer amounts to, or the one that tells more."""
    if call.plain:
        return error
    if _is_about_given_key(config, credentials, guide, call, got, error):
        return KeyRefused(
            "The API doesn't accept the key that this site is configured with. No sign-in helps; whoever runs the site "
            "has to set it right.",
            api_status=error.api_status,
            request_id=call.request_id,
        )
    if not isinstance(error, Unauthorized | Forbidden) and not credentials.present and _is_for_strangers(got):
        error = Unauthorized(error.detail, api_status=error.api_status, request_id=call.request_id)
    if isinstance(error, Unauthorized | Forbidden):
        error.lacks = _lacks(config, credentials, call, got, error)
        error.perhaps = [] if error.lacks else _perhaps(config, credentials, guide, call)
    return error


def _is_about_given_key(
    config: ClientConfig, credentials: Credentials, guide: Guide, call: Call, got: Answer, error: APIError
) -> bool:
    """Whether that key is all that this call had to go with, and all that it needs."""
    if config.api_key is None or not isinstance(error, Unauthorized | Forbidden):
        return False
    if isinstance(error, Forbidden) and not says_signed_out(got.response, *decode_body(got), got.content):
        return False
    if not call.wanted or not any(call.wanted):
        return not credentials.present and not guide.open_to_sign_in
    choice = choose(credentials, call.wanted, config.api_key)
    return choice.whole is not None and not choice.own and not choice.added


def _is_for_strangers(got: Answer) -> bool:
    data, text = decode_body(got)
    return got.response.status_code != 403 and may_mean_signed_out(got.response, data, text, got.content)


def _lacks(config: ClientConfig, credentials: Credentials, call: Call, got: Answer, error: APIError) -> list[list[str]]:
    choice = choose(credentials, call.wanted, config.api_key)
    if choice.whole is None:
        return lacking(credentials, call.wanted, config.api_key)
    # Some documents write what is wanted at once as if any of it would do.
    others = missing(credentials, call.wanted or (), config.api_key)
    if isinstance(error, Forbidden):
        return others if others and says_signed_out(got.response, *decode_body(got), got.content) else []
    # What was sent isn't accepted here, though the session goes on: what was added is to be had anew, or another one.
    return [list(choice.added), *others] if choice.added else others or [[scheme.name for scheme in choice.whole]]


def _perhaps(config: ClientConfig, credentials: Credentials, guide: Guide, call: Call) -> list[list[str]]:
    """What was added for this; or a scheme that the session's own sign-in answers, though who-am-I asks for another."""
    if call.wanted is None:
        return []
    choice = choose(credentials, call.wanted, config.api_key)
    if choice.whole is not None and choice.added:
        return [list(choice.added)]
    if guide.wanted is None or not guide.check:
        return []
    choice = choose(credentials, call.wanted)
    known = {scheme.name for each in guide.wanted("GET", guide.check) or () for scheme in each}
    names = [scheme.name for scheme in choice.whole or () if scheme.name not in known]
    return [names] if names and choice.own and known else []
