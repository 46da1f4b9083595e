"""Users: the agents, their routing profiles and their after-call work."""

from simulator.connect_api.errors import duplicate
from simulator.connect_api.given import Answer, Given
from simulator.connect_api.search import matches
from simulator.connect_api.store import Account, StoredUser, found, new_id, now


def create_user(account: Account, given: Given) -> Answer:
    instance, name = account.instance(given["InstanceId"]), given["Username"]
    if any(one.name == name for one in instance.users.values()):
        raise duplicate("user", name)
    for one in given["SecurityProfileIds"]:
        found(instance.security_profiles, "security profile", one)
    identifier = new_id()
    user = instance.users[identifier] = StoredUser(
        id=identifier,
        arn=f"{instance.arn}/agent/{identifier}",
        name=name,
        routing_profile_id=instance.routing_profile(given["RoutingProfileId"]).id,
        security_profile_ids=given["SecurityProfileIds"],
        phone=_phone(given),
        identity=given.get("IdentityInfo", {}),
        tags=given.get("Tags", {}),
    )
    return {"UserId": user.id, "UserArn": user.arn}


def describe_user(account: Account, given: Given) -> Answer:
    user = account.instance(given["InstanceId"]).user(given["UserId"])
    times = {"LastModifiedTime": user.modified, "LastModifiedRegion": account.region}
    return {"User": _described(user) | times}


def list_users(account: Account, given: Given) -> Answer:
    return {
        "UserSummaryList": [
            {
                "Id": user.id,
                "Arn": user.arn,
                "Username": user.name,
                "LastModifiedTime": user.modified,
                "LastModifiedRegion": account.region,
            }
            for user in account.instance(given["InstanceId"]).users.values()
        ]
    }


def search_users(account: Account, given: Given) -> Answer:
    users = [
        _described(user)
        for user in account.instance(given["InstanceId"]).users.values()
        if matches(
            given,
            {
                "username": user.name,
                "firstname": user.identity.get("FirstName", ""),
                "lastname": user.identity.get("LastName", ""),
                "resourceid": user.id,
            },
        )
    ]
    return {"Users": users, "ApproximateTotalCount": len(users)}


def update_user_phone_config(account: Account, given: Given) -> Answer:
    """Replace the whole of a user's `PhoneConfig`: what is not given is as for a new user."""
    user = account.instance(given["InstanceId"]).user(given["UserId"])
    user.phone, user.modified = _phone(given), now()
    return {}


def update_user_routing_profile(account: Account, given: Given) -> Answer:
    instance = account.instance(given["InstanceId"])
    user = instance.user(given["UserId"])
    user.routing_profile_id = instance.routing_profile(given["RoutingProfileId"]).id
    user.modified = now()
    return {}


def list_security_profiles(account: Account, given: Given) -> Answer:
    return {
        "SecurityProfileSummaryList": [
            {
                "Id": profile.id,
                "Arn": profile.arn,
                "Name": profile.name,
                "LastModifiedTime": profile.modified,
                "LastModifiedRegion": account.region,
            }
            for profile in account.instance(given["InstanceId"]).security_profiles.values()
        ]
    }


def _phone(given: Given) -> Answer:
    usual = {"PhoneType": "SOFT_PHONE", "AutoAccept": False, "AfterContactWorkTimeLimit": 0}
    return {**usual, **given.get("PhoneConfig", {})}


def _described(user: StoredUser) -> Answer:
    return {
        "Id": user.id,
        "Arn": user.arn,
        "Username": user.name,
        "IdentityInfo": user.identity,
        "PhoneConfig": user.phone,
        "SecurityProfileIds": user.security_profile_ids,
        "RoutingProfileId": user.routing_profile_id,
        "Tags": user.tags,
    }
