outer: for (x in [1]) { inner: for (y in [2]) { break other } }  // expect error: no loop around here has the label `other`
