"""Mutants of the template that nobody can notice, by name, and why."""

SURVIVORS = {
    **{
        f"{name}Alias: UpdatePolicy.Fn::If.0 is 'OnAws'": (
            "Where the alias is made there is a release, and on AWS that is what RollsOut says."
        )
        for name in ("AddAgent", "GetAgent", "AgentJoined", "FindFreePin")
    },
    **{
        f"ConnectFlows: Parameters.{name}FunctionArn.Fn::If.0 is 'RollsOut'": (
            "Flows are made on AWS only, where every release is one that RollsOut."
        )
        for name in ("AddAgent", "GetAgent", "AgentJoined")
    },
    "AuditBusSenders: Statement.Condition.ArnNotEquals.aws:PrincipalArn.5.Fn::If.0 is "
    "'DeploysFlows'": (
        "The policy is made on AWS only, where flows are deployed wherever there is an instance."
    ),
    "AuditLostAlarm: Metrics.0.Id is 'lost2'": (
        "Nobody refers to the expression's result by its id: any lower-case word is as good."
    ),
}
