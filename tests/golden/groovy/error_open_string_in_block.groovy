node {
  stage('a') {
    sh 'make }  // expect error: this string is never closed
  }
}
