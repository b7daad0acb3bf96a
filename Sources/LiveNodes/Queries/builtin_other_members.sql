-- The members of other clusters' sets, and whether each is this node.
SELECT m.cluster, m.node, n.node = m.node
  FROM polarity.member AS m
  JOIN polarity.node AS n ON n.cluster = m.cluster
 WHERE m.cluster <> current_setting('polarity.cluster')
 GROUP BY m.cluster, m.node, n.node;
