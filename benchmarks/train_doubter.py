"""Trains the doubter of the questionnaire from graded answers, and writes sota_course/questionnaire/questions/doubter.json.

    python benchmarks/train_doubter.py PATH/answers_dev.jsonl benchmarks/answers/*.jsonl

A file has one JSON object a line: `question`, `answer`, `accept` (verdicts that count as right), `kind` ('real', or how an invented answer
tries the checker) and, if known, `source` (who wrote it). Needs scikit-learn. An author is a `source`, and all invented answers of a file.

Answers that the rules were written with look too easy: every odd wording has its pattern. So each answer is read as the rules would read it
had they never met its author: without the phrases and patterns that nobody else makes use of. No answer can be read out of the weights:
words and pieces of words are used only if they are found with three authors or more.
"""
import argparse,copy,json,random,re
from collections import defaultdict
from pathlib import Path
import numpy as np
from scipy.sparse import csr_matrix,vstack
from sklearn.linear_model import LogisticRegression
from sota_course.core import write_atomically
from sota_course.questionnaire.ask import word_salad
from sota_course.questionnaire.bank import load_bank
from sota_course.questionnaire.doubter import amounts,Doubter,skeleton_facts,small_words
from sota_course.questionnaire.judge import decide,read_answer,rules_verdict,translate
from sota_course.questionnaire.patterns import longest_answer
from sota_course.questionnaire.text import questions_folder

people = 3 # authors with whom a fact must be found to be used
strength = 0.1 # of the weights: less is a stronger pull to zero
real_weight = 3. # how much an answer of a learner counts, beside an invented one
smallest = 0.016 # facts whose weights are both nearer to zero are left out; it changes 19 of 3332 verdicts on authors left out
limits = dict(passed=0.5, part_right=0.55, part_some=0.3, refused_right=0.22, refused_some=0.45, beside_refused=0.3, beside_passed=0.7,
    certain=0.35, salad=0.9, salad_doubt=0.5, salad_right=0.6) # chosen on authors left out; `decide` in the checker says what each is for

def load_rows(files):
    "Graded answers with their author"
    rows = []
    for file in files:
        for line in file.read_text(encoding='utf-8').splitlines():
            row = json.loads(line)
            rows.append(row | dict(file=file.stem, author=f"{file.stem}: {row.get('source') or 'invented'}"))
    return rows

def examples(bank):
    "The examples of a bank and its model answers, as graded answers of one more author"
    found = [(q.n, o['answer'], o['verdict']) for q in bank.questions.values() for o in q.example if q.kind!='function' and not q.optional]
    found += [(q.n, q.solution, 'correct') for q in bank.questions.values() if q.kind!='function' and not q.optional]
    return [dict(question=n, answer=answer, accept=[verdict], kind='example', file='bank', author='bank') for n,answer,verdict in found]

def phrases_of(answer, words):
    "Phrases of the word lists that are found in an answer"
    return {phrase for i,stem in enumerate(answer.stems) for phrase,_ in words.first.get(stem, ())
        if tuple(answer.stems[i:i+len(phrase)])==phrase}

def used_by(rows, bank):
    "Who makes use of each phrase and of each pattern of a question: `({phrase: authors}, {pattern: authors})` by number"
    from sota_course.questionnaire.judge import _read
    phrases,patterns = defaultdict(lambda: defaultdict(set)),defaultdict(lambda: defaultdict(set))
    for row in rows:
        n = row['question']
        answer = _read(bank[n], row['english'], bank)
        for phrase in phrases_of(answer, bank.words(n)): phrases[n][phrase].add(row['author'])
        for pattern in bank.patterns(bank[n]):
            if answer.find(pattern) is not None: patterns[n][pattern].add(row['author'])
    return phrases,patterns

def read_rows(rows, bank, unseen=True):
    "Add the reading of each answer, as of an author whom the rules have not met if `unseen`"
    for row in rows: row['english'] = translate(row['answer'][:longest_answer])
    phrases,patterns = used_by(rows, bank)
    by_author = defaultdict(list)
    for row in rows: by_author[row['author'], row['question']].append(row)
    for (author,n),found in by_author.items():
        words = copy.copy(bank.words(n))
        alone = {p for p,authors in phrases[n].items() if authors=={author}} if unseen else set()
        ignored = {p for p,authors in patterns[n].items() if authors=={author}} if unseen else set()
        words.first = defaultdict(list, {k:[o for o in v if o[0] not in alone] for k,v in words.first.items()})
        for row in found:
            row['reading'] = read_answer(bank[n], row['answer'], bank, row['english'], words, ignored)
            row['rules'] = rules_verdict(bank[n], row['reading'])[0]
    return rows

def share(row, verdicts):
    "The part of the graders' verdicts that are among `verdicts`"
    return sum(o in verdicts for o in row['accept'])/len(row['accept'])

def known_facts(found, authors):
    "Numbers of the facts that are found with enough people"
    seen = defaultdict(set)
    for facts,author in zip(found, authors):
        for o in facts: seen[o].add(author)
    return {o:i for i,o in enumerate(sorted(k for k,who in seen.items() if len(who)>=people))}

def as_matrix(found, known):
    starts,columns,values = [0],[],[]
    for facts in found:
        for o,amount in sorted((facts if isinstance(facts, dict) else amounts(facts)).items()):
            if o in known:
                columns.append(known[o])
                values.append(amount)
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(found), len(known)))

def fit_weights(x, y, weight, c=strength):
    "Start and weights of a logistic regression; `y` may lie between 0 and 1"
    x2,y2,weight2 = vstack([x, x]).tocsr(),np.r_[np.ones(len(y)), np.zeros(len(y))],np.r_[weight*y, weight*(1-y)]
    keep = weight2>0
    if len(set(y2[keep]))<2: return 8.*(y2[keep].mean()*2-1), np.zeros(x.shape[1])
    model = LogisticRegression(C=c, solver='liblinear', max_iter=1000, random_state=0).fit(x2[keep], y2[keep], sample_weight=weight2[keep])
    return float(model.intercept_[0]), model.coef_[0]

def fit_question(rows):
    "The entry of one question in the file of weights"
    found,authors = [o['reading'].facts for o in rows],[o['author'] for o in rows]
    known = known_facts(found, authors)
    x = as_matrix(found, known)
    weight = np.array([real_weight if o['kind']=='real' and o.get('source') else 1. for o in rows])
    fits = [fit_weights(x, np.array([share(o, verdicts) for o in rows]), weight)
        for verdicts in (('correct',), ('correct', 'partial'))]
    def both(i): return [round(float(w[i]), 3) for _,w in fits]
    return dict(start=[round(b, 3) for b,_ in fits], weights={o:both(i) for o,i in known.items() if max(map(abs, both(i)))>=smallest})

def shuffled(text, rng, how):
    "A string of words made of an answer: all shuffled, only words of content, or small words strewn among the others"
    words = re.findall(r"[\w'’]+", text)
    small,content = [o for o in words if o.lower() in small_words],[o for o in words if o.lower() not in small_words]
    rng.shuffle(small)
    if how=='all': content += small
    if how!='strewn': rng.shuffle(content)
    if how in ('strewn', 'both', 'commas'):
        for o in small: content.insert(rng.randrange(len(content)+1), o)
    if how!='commas': return ' '.join(content) + '.'*(how!='content')
    k = max(2, len(content)//4)
    return ', '.join(' '.join(content[i:i+k]) for i in range(0, len(content), k))+'.'

def fit_salad(rows):
    "Weights of the skeleton: sentences against strings of words, and against the same sentences shuffled"
    rng,texts,salad,authors = random.Random(0),[],[],[]
    def add(text, is_salad, row):
        texts.append(skeleton_facts(text))
        salad.append(is_salad)
        authors.append(row['author'])
    for row in rows:
        if row['english']!=row['answer'] or len(row['answer'].split())<4: continue
        add(row['answer'], row['kind']=='keyword_stuffing', row)
        if salad[-1]: continue
        for how in rng.sample(('all', 'content', 'strewn', 'both', 'commas'), 2): add(shuffled(row['answer'], rng, how), True, row)
    known = known_facts(texts, authors)
    weight = np.where(salad, 1., 3.)
    start,weights = fit_weights(as_matrix(texts, known), np.array(salad, float), weight, 1.)
    found = {o:round(float(weights[i]), 3) for o,i in known.items()}
    return dict(start=round(start, 3), weights={o:w for o,w in found.items() if abs(w)>=0.02})

def fit(rows):
    "The table of one bank"
    questions = sorted({o['question'] for o in rows})
    return dict(limits=limits, salad=fit_salad(rows),
        questions={str(n):fit_question([o for o in rows if o['question']==n]) for n in questions})

def out_of_fold(rows, bank):
    "Add to each answer the two probabilities of a doubter that has seen nothing of its author"
    by_question = defaultdict(list)
    for row in rows: by_question[row['question']].append(row)
    for n,found in by_question.items():
        for author in sorted({o['author'] for o in found}):
            entry = fit_question([o for o in found if o['author']!=author])
            doubter = Doubter(dict(limits=limits, questions={str(n):entry}))
            for row in found:
                if row['author']==author: row['right'],row['some'] = doubter(n, row['reading'].facts)
    for author in sorted({o['author'] for o in rows}):
        doubter = Doubter(dict(limits=limits, salad=fit_salad([o for o in rows if o['author']!=author])))
        for row in rows:
            if row['author']==author: row['salad'] = word_salad(bank[row['question']], row['answer'], row['english'], doubter)
    return rows

def decided(row, limits=limits):
    "The verdict on an answer of which neither the rules nor the doubter know the author"
    return decide(row['rules'], row['reading'], row['salad'], row['right'], row['some'], limits)

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('files', nargs='+', type=Path)
    parser.add_argument('--bank', default='imagenette')
    args = parser.parse_args()
    path,bank = questions_folder()/'doubter.json',load_bank(args.bank)
    tables = json.loads(path.read_text(encoding='utf-8')) if path.exists() else {}
    tables[args.bank] = fit(read_rows(load_rows(args.files)+examples(bank), bank))
    write_atomically(path, json.dumps(tables, ensure_ascii=False, separators=(',', ':'), sort_keys=True))
    sizes = {n:len(o['weights']) for n,o in tables[args.bank]['questions'].items()}
    print(f'{path.name}: {path.stat().st_size/1e6:.2f} MB, {sum(sizes.values())} facts for {len(sizes)} questions')

if __name__=='__main__': main()
