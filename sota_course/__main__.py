"`python -m sota_course` is `sota-course`, where scripts are not on the path"
from sota_course.cli import main

main()
