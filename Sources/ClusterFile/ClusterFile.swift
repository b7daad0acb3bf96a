// ClusterFile
