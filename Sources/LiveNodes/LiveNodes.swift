// LiveNodes
