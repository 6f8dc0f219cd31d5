"""The README's manifest: what it names is there, in the frontend, in the container file and in itself."""

from dataclasses import fields
from typing import Any

import pytest
import yaml

from tests.deployment.readme import file, variables
from webapp.app import create_app
from webapp.settings import Settings
from webapp.testing import Browser, FakeAPI

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def manifests() -> dict[str, Manifest]:
    """Each object, by its kind."""
    return {each["kind"]: each for each in yaml.safe_load_all(file("webapp.yaml"))}


@pytest.fixture(scope="module")
def pod(manifests: dict[str, Manifest]) -> Manifest:
    found: Manifest = manifests["Deployment"]["spec"]["template"]["spec"]
    return found


def test_deployment_and_service_find_their_pods_and_the_port(manifests: dict[str, Manifest], pod: Manifest) -> None:
    spec, [container] = manifests["Deployment"]["spec"], pod["containers"]
    labels, [port] = spec["template"]["metadata"]["labels"], container["ports"]

    assert labels == spec["selector"]["matchLabels"] == manifests["Service"]["spec"]["selector"]
    assert [each["targetPort"] for each in manifests["Service"]["spec"]["ports"]] == [port["name"]]
    assert f"EXPOSE {port['containerPort']}\n" in file("Dockerfile")


async def test_probes_ask_for_what_answers_and_wait_long_enough(pod: Manifest) -> None:
    [container] = pod["containers"]
    probes = [probe for name, probe in container.items() if name.endswith("Probe")]

    assert len(probes) == 2
    api = FakeAPI({"GET /orders": []})
    async with Browser(create_app("http://api", transport=api.transport, settings=Settings())) as browser:
        for probe in probes:
            assert (await browser.fetch("GET", probe["httpGet"]["path"])).status == 200
            assert probe["httpGet"]["port"] == container["ports"][0]["name"]
            assert probe["timeoutSeconds"] >= 2


def test_it_may_stop_for_as_long_as_it_needs(pod: Manifest) -> None:
    [container] = pod["containers"]
    settings = Settings.from_env({each["name"]: each["value"] for each in container["env"]})

    assert settings.shutdown_delay == 5
    assert pod["terminationGracePeriodSeconds"] > settings.shutdown_delay + settings.shutdown_grace


def test_its_variables_are_settings_and_none_holds_a_secret(pod: Manifest) -> None:
    [container] = pod["containers"]
    known = {f"WEBAPP_{field.name.upper()}" for field in fields(Settings)}
    named = {each["name"] for each in container["env"]} | set(variables("webapp.env"))

    assert named <= known
    assert not {"WEBAPP_SECRET_KEY", "WEBAPP_SESSION_STORE"} & {each["name"] for each in container["env"]}
    assert container["envFrom"] == [{"secretRef": {"name": "webapp"}}]


def test_the_pod_may_nothing_and_mounts_what_its_store_is_known_by(pod: Manifest) -> None:
    [container] = pod["containers"]
    context = container["securityContext"]
    authority = variables("webapp.env")["WEBAPP_SESSION_STORE"].partition("ssl_ca_certs=")[2]

    assert pod["securityContext"]["runAsNonRoot"]
    assert context["readOnlyRootFilesystem"]
    assert (context["allowPrivilegeEscalation"], context["capabilities"]) == (False, {"drop": ["ALL"]})
    assert {each["mountPath"] for each in container["volumeMounts"]} == {authority}
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
