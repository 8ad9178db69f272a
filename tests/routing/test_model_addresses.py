"""Tests of which addresses a model may have."""

import pytest

from supportbot.routing.model_addresses import base_url_problem


@pytest.mark.parametrize(
    "url",
    [
        "https://models.example/v1",
        "http://127.0.0.1:8081/v1",
        "http://localhost:11434/v1",
        "http://[::1]:8080/v1",
        "https://8.8.8.8/v1",
        "https://[64:ff9b::808:808]/v1",
    ],
)
def test_public_and_loopback_addresses_may_be_called(url: str) -> None:
    assert base_url_problem(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3/v1",
        "http://192.168.0.9:8000/v1",
        "http://169.254.169.254/latest",
        "http://100.64.0.1/v1",
        "http://0.0.0.0/v1",
        "http://[fd00::1]/v1",
        "http://[::ffff:10.0.0.1]/v1",
        "https://[::10.0.0.1]/v1",
        "https://[64:ff9b::a00:1]/v1",
        "https://[2002:a00:1::]/v1",
        "https://[fec0::1]/v1",
        "https://[ff02::1]/v1",
        "https://224.0.0.1/v1",
        "http://ollama:11434/v1",
        "http://gpu.internal/v1",
        "http://GPU.Local./v1",
    ],
)
def test_other_private_hosts_are_refused_until_they_are_named(url: str) -> None:
    problem = base_url_problem(url)

    assert problem is not None
    host = problem.split("'")[1]
    assert base_url_problem(url, allow_hosts=[host]) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://models.example/v1", "models.example"),
        ("http://8.8.8.8:8000/v1", "8.8.8.8"),
        ("http://[2606:4700::1111]/v1", "2606:4700::1111"),
    ],
)
def test_a_public_host_needs_https_unless_it_is_named(url: str, host: str) -> None:
    problem = base_url_problem(url)

    assert problem is not None
    assert f"over plain http to '{host}'" in problem
    assert base_url_problem(url.replace("http:", "https:")) is None
    assert base_url_problem(url, allow_hosts=[host]) is None


@pytest.mark.parametrize(
    "url",
    [
        "ftp://models.example/v1",
        "file:///etc/passwd",
        "models.example/v1",
        "https://",
        "https://user:key@models.example/v1",
        "https://models.example/v1?key=1",
        "https://models.example/v1#x",
        "https://models.example:99999/v1",
        "https://models.example\\@10.0.0.1/v1",
        "https://models.example/\nv1",
        "http://2130706433/v1",
        "http://0x7f.1/v1",
        "http://127.1/v1",
    ],
)
def test_addresses_that_are_not_plain_are_refused(url: str) -> None:
    assert base_url_problem(url)
