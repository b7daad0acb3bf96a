SELECT n.node FROM polarity.node AS n WHERE n.cluster = current_setting('polarity.cluster');
