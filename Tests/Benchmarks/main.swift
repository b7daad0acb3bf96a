print("polarity-bench")
