"""`operations connect setup`: what CloudFormation cannot do in an instance, and `undo`.

`reading` looks at the instance, `plan` says what has to change, `run` changes it and keeps a
`record`, of which `run` undoes it.
"""
