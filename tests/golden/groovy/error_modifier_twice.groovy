final final x = 1  // expect error: cannot repeat modifier: final
