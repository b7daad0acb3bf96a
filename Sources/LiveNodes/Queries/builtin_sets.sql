SELECT o.set_name, o.origin FROM polarity.origin AS o WHERE o.cluster = current_setting('polarity.cluster');
