"""How well the checker agrees with people: graded answers, its verdicts, and the figures.

    python benchmarks/grade_answers.py benchmarks/answers/*.jsonl
    python benchmarks/grade_answers.py PATH/answers_dev.jsonl --name development --failures

A file has one JSON object a line: `question`, `answer`, `accept` (verdicts that count as right), `kind` ('real', or how an
invented answer tries the checker) and, if known, `source` (who wrote it). The figures go to benchmarks/results/answers.
"""
import argparse,json,random,time
from collections import Counter
from pathlib import Path
from statistics import median
from sota_course.core import write_atomically
from sota_course.records import package_versions
from sota_course.questionnaire import check,load_bank

verdicts = ['correct', 'partial', 'incorrect', 'not_attempted']
levels = dict(correct=2, partial=1, incorrect=0, not_attempted=0)

def share(hits): return sum(hits)/len(hits) if hits else None

def kappa(pairs):
    "Quadratic-weighted agreement beyond chance of `(graders, checker)` verdicts; nothing tried counts as incorrect"
    n,seen = len(pairs),Counter((levels[a], levels[b]) for a,b in pairs)
    rows,columns = (Counter(levels[p[k]] for p in pairs) for k in (0, 1))
    def weight(i, j): return (i-j)**2
    chance = sum(weight(i, j)*rows[i]*columns[j]/n for i in rows for j in columns)
    return 1 - sum(weight(i, j)*count for (i, j),count in seen.items())/chance if chance else 1.

def interval(rows):
    "95 % interval of the share of agreement, by drawing authors anew"
    by_author,rng = {},random.Random(0)
    for row in rows: by_author.setdefault(row['source'], []).append(row['agrees'])
    if len(by_author)<3: return None
    authors = list(by_author.values())
    shares = sorted(share([o for author in rng.choices(authors, k=len(authors)) for o in author]) for _ in range(2000))
    return [shares[50], shares[1949]]

def grade(line):
    start = time.perf_counter()
    found = check(line['question'], line['answer']).verdict
    gold = found if found in line['accept'] else line['accept'][0]
    return line | dict(verdict=found, gold=gold, agrees=found==gold, source=line.get('source', ''), seconds=time.perf_counter()-start)

def figures(rows):
    "All figures of graded rows, ready for JSON"
    real,invented = [[o for o in rows if (o['kind']=='real')==wanted] for wanted in (True, False)]
    wrong = [o for o in invented if 'correct' not in o['accept']]
    right = [o for o in invented if o['accept']==['correct']]
    pairs = [(o['gold'], o['verdict']) for o in real]
    kinds = Counter(o['kind'] for o in rows)
    return dict(real=len(real), agreement=share([o['agrees'] for o in real]), agreement_interval=interval(real),
        kappa=kappa(pairs) if pairs else None,
        correct_or_not=share([(a=='correct')==(b=='correct') for a,b in pairs]), invented=len(invented),
        wrong_passed=share([o['verdict']=='correct' for o in wrong]), wrong=len(wrong),
        right_passed=share([o['verdict']=='correct' for o in right]), right=len(right),
        confusion={a:{b:pairs.count((a, b)) for b in verdicts} for a in verdicts},
        kinds={k:[sum(o['agrees'] for o in rows if o['kind']==k), n] for k,n in kinds.items()},
        questions={q:share([o['agrees'] for o in rows if o['question']==q]) for q in sorted({o['question'] for o in rows})},
        milliseconds=1000*median(o['seconds'] for o in rows), versions=package_versions(('sota_course',)))

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('files', nargs='+', type=Path)
    parser.add_argument('--name', help='what to call the figures; the name of the file if left out')
    parser.add_argument('--failures', action='store_true', help='print the answers that were judged otherwise')
    args = parser.parse_args()
    load_bank()
    for file in args.files:
        rows = [grade(json.loads(line)) for line in file.read_text(encoding='utf-8').splitlines()]
        found = figures(rows)
        write_atomically(Path(__file__).parent/'results'/'answers'/f'{args.name or file.stem}.json', json.dumps(found, indent=1))
        def percent(x): return '–' if x is None else f'{x:.1%}'
        print(f"{args.name or file.stem}: {found['real']} real answers: agreement {percent(found['agreement'])}, "
            f"kappa {found['kappa'] or 0:.2f}, correct or not {percent(found['correct_or_not'])};"
            f" {found['invented']} invented: {percent(found['wrong_passed'])} of wrong ones passed, "
            f"{percent(found['right_passed'])} of right ones passed; {found['milliseconds']:.1f} ms an answer")
        for row in rows if args.failures else []:
            if not row['agrees']:
                print(f"  {row['question']} {row['kind']}: {'/'.join(row['accept'])} judged {row['verdict']}: {row['answer'][:200]!r}")

if __name__=='__main__': main()
