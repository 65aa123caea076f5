"""Do the connector's commands, and those in its documents, do what they say?"""
