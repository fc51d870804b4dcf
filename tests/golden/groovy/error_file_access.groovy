def text = new File('/etc/passwd').text  // expect error: `new File` is not supported
