"""How well the checker agrees with people, on answers of people whom neither its rules nor its doubter have met.

    python benchmarks/grade_answers.py --left-out PATH/answers_dev.jsonl PATH/answers_dev2.jsonl benchmarks/answers/*.jsonl
    python benchmarks/grade_answers.py --name second_set PATH/answers_dev2.jsonl --failures

With `--left-out`, each answer is judged by a doubter trained without its author, and by rules without the wordings that are only this
author's (see train_doubter.py; needs scikit-learn). Without it, the checker as it is shipped judges, which says something only of answers
that it was not trained with. A file has one JSON object a line: `question`, `answer`, `accept` (verdicts that count as right), `kind`
('real', or how an invented answer tries the checker) and, if known, `source` (who wrote it) and `lang`.
Each figure has a 95 % interval, by drawing authors anew. The figures go to benchmarks/results/answers.
"""
import argparse,json,random,time
from collections import Counter,defaultdict
from pathlib import Path
from statistics import median
from sota_course.core import to_json,write_atomically
from sota_course.records import package_versions
from sota_course.questionnaire import check,load_bank

def is_right(row): return row['accept']==['correct']
def is_wrong(row): return 'correct' not in row['accept']
def is_decided(row): return row['verdict']!='unsure'

# name: (which answers, what is counted among them)
measures = dict(
    decided=(lambda o: True, is_decided),
    verdict=(is_decided, lambda o: o['verdict'] in o['accept']),
    correct_or_not=(is_decided, lambda o: any((o['verdict']=='correct')==(a=='correct') for a in o['accept'])),
    right_called_incorrect=(is_right, lambda o: o['verdict']=='incorrect'),
    wrong_passed=(is_wrong, lambda o: o['verdict']=='correct'))

def share(hits): return sum(hits)/len(hits) if hits else None

def interval(rows, measure, times=2000):
    "95 % interval of a share, by drawing authors anew; an invented answer without a source is an author of its own"
    among,counted = measure
    by_author = defaultdict(lambda: [0, 0])
    for i,row in enumerate(rows):
        if among(row):
            found = by_author[row.get('source') or i]
            found[0] += counted(row)
            found[1] += 1
    authors,rng = list(by_author.values()),random.Random(0)
    if len(authors)<3: return None
    draws = (rng.choices(authors, k=len(authors)) for _ in range(times))
    shares = sorted(sum(a for a,_ in draw)/sum(n for _,n in draw) for draw in draws)
    return [shares[times//40], shares[-times//40-1]]

def summary(rows):
    "All measures of some answers: `{measure: {share, n, interval}}`"
    found = {}
    for name,(among,counted) in measures.items():
        asked = [o for o in rows if among(o)]
        found[name] = dict(share=share([counted(o) for o in asked]), n=len(asked), interval=interval(rows, measures[name]))
    return found

def unsure_by(rows, key):
    "Share of answers that the checker does not judge, for each value of `key`"
    return {str(k):share([not is_decided(o) for o in rows if o.get(key)==k]) for k in sorted({o[key] for o in rows if o.get(key)})}

def figures(rows):
    "All figures of graded rows, ready for JSON"
    real,invented = [[o for o in rows if bool(o.get('source'))==wanted] for wanted in (True, False)]
    confusion = Counter((o['verdict'] if o['verdict'] in o['accept'] else o['accept'][0], o['verdict']) for o in real)
    return dict(real=summary(real), invented=summary(invented), authors=len({o['source'] for o in real}),
        unsure_by_question=unsure_by(rows, 'question'), unsure_by_language=unsure_by(rows, 'lang'),
        confusion={a:{b:n for (x,b),n in confusion.items() if x==a} for a in sorted({a for a,_ in confusion})},
        milliseconds=1000*median(o['seconds'] for o in rows), versions=package_versions(('sota_course',)))

def judge_as_shipped(files):
    rows = [json.loads(line) for file in files for line in file.read_text(encoding='utf-8').splitlines()]
    for row in rows:
        start = time.perf_counter()
        row['verdict'] = check(row['question'], row['answer']).verdict
        row['seconds'] = time.perf_counter()-start
    return rows

def judge_left_out(files):
    from train_doubter import decided,examples,load_rows,out_of_fold,read_rows
    bank = load_bank()
    rows = out_of_fold(read_rows(load_rows(files)+examples(bank), bank), bank)
    rows = [o for o in rows if o['kind']!='example']
    for row in rows: row.update(verdict=decided(row), seconds=0.)
    return rows

def as_line(name, found):
    def percent(o): return '–' if o['share'] is None else f"{o['share']:.1%}" + (
        f" ({o['interval'][0]:.0%}–{o['interval'][1]:.0%})" if o['interval'] else '')
    return f'{name}: ' + ', '.join(f"{k.replace('_', ' ')} {percent(o)} of {o['n']}" for k,o in found.items())

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('files', nargs='+', type=Path)
    parser.add_argument('--name', help='what to call the figures; left_out, or the name of the first file')
    parser.add_argument('--left-out', action='store_true', help='leave each author out in turn, of the rules and of the doubter')
    parser.add_argument('--failures', action='store_true', help='print the answers that were judged otherwise')
    args = parser.parse_args()
    rows = (judge_left_out if args.left_out else judge_as_shipped)(args.files)
    found = figures(rows)
    name = args.name or ('left_out' if args.left_out else args.files[0].stem)
    write_atomically(Path(__file__).parent/'results'/'answers'/f'{name}.json', to_json(found, indent=1))
    print(as_line(f"{name}, real ({found['authors']} authors)", found['real']))
    print(as_line(f'{name}, invented', found['invented']))
    print('unsure by question:', ', '.join(f'{k}: {v:.0%}' for k,v in found['unsure_by_question'].items()))
    if found['unsure_by_language']: print('by language:', ', '.join(f'{k}: {v:.0%}' for k,v in found['unsure_by_language'].items()))
    for row in rows if args.failures else []:
        if is_decided(row) and row['verdict'] not in row['accept']:
            print(f"  {row['question']} {row['kind']}: {'/'.join(row['accept'])} judged {row['verdict']}: {row['answer'][:200]!r}")

if __name__=='__main__': main()
