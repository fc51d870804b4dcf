node {
  stage('a') { sh 'make' }
  stage('b') { sh 'test }  // expect error: this string is never closed
}
