"""What stands in for the outside on one machine: AWS, and Amazon Connect's part of a call.

`aws.LocalAws` is an AWS on loopback, `stack.deploy` puts template.yaml there, `connect.Connect`
invokes its functions as Connect does.
"""
