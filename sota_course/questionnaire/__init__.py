"""Answer in your own words; a page of rules that you can read says what is there and what is missing.

What people type stands here; each room below has its notebook in nbs/workshop/questionnaire. This folder needs nothing but the standard
library of Python, and nothing of the course beside it."""

from .ask import Ask, check, hint, question, solution, validate
from .ask import q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14
from .bank import banks, load_bank
from .result import PointResult, Result
from .opinion import Grader, LanguageModel
from .sheets import Sheet, check_sheet, read_file, read_sheet
from .text import QuestionnaireError

__all__ = ['q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7', 'q8', 'q9', 'q10', 'q11', 'q12', 'q13', 'q14', 'Ask', 'check', 'question', 'hint',
    'solution', 'load_bank', 'banks', 'validate', 'check_sheet', 'read_sheet', 'read_file', 'Sheet', 'Result', 'PointResult', 'Grader',
    'LanguageModel', 'QuestionnaireError']
