import pytest

from tests.template.expanded import FORMS, Template


@pytest.fixture(scope="session")
def template() -> Template:
    """As it deploys on AWS, with a Connect instance."""
    return Template(**FORMS["template"])


@pytest.fixture(scope="session")
def bare_template() -> Template:
    """As it deploys on AWS with nothing but defaults."""
    return Template(**FORMS["bare_template"])


@pytest.fixture(scope="session")
def local_template() -> Template:
    return Template(**FORMS["local_template"])


@pytest.fixture(scope="session")
def shared_template() -> Template:
    """As it deploys on AWS with two consumer accounts and a locked copy of the audit trail."""
    return Template(**FORMS["shared_template"])


@pytest.fixture(scope="session")
def released_template() -> Template:
    """As it deploys on AWS with a Connect instance, as a release."""
    return Template(**FORMS["released_template"])
