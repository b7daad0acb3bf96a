SELECT m.set_name, m.node FROM polarity.member AS m WHERE m.cluster = current_setting('polarity.cluster');
