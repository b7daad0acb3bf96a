SELECT a.origin, a.seq FROM polarity.applied AS a;
