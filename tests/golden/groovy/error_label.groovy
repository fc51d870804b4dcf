outer: for (x in [1]) { }  // expect error: labels are not supported
