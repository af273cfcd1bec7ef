// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sample models of the pages, for the preview: fictional people, the shapes of docs/pages.md.
const products = [
  { id: 'ecpf-a1', name: 'e-CPF A1', summary: 'Certificado de pessoa física guardado no seu computador.', validity_text: '1 ano', media_text: 'Arquivo no computador', modes_text: 'Atendimento na sede', price_text: 'R$ 149,00' },
  { id: 'ecpf-a3', name: 'e-CPF A3', summary: 'Certificado de pessoa física guardado em token.', validity_text: '2 anos', media_text: 'Token', modes_text: 'Atendimento na sede', price_text: 'R$ 239,00' },
  { id: 'ecnpj-a1', name: 'e-CNPJ A1', summary: 'Certificado de empresa guardado no computador.', validity_text: '1 ano', media_text: 'Arquivo no computador', modes_text: 'Atendimento na sede', price_text: 'R$ 199,00' },
  { id: 'ecnpj-a3', name: 'e-CNPJ A3', summary: 'Certificado de empresa guardado em token.', validity_text: '2 anos', media_text: 'Token', modes_text: 'Atendimento na sede', price_text: 'R$ 299,00' },
];
const qualities = [{ value: 'parent', label: 'Mãe ou pai' }, { value: 'guardian', label: 'Tutor' }, { value: 'curator', label: 'Curador' }];
const order = 'G7MZ4K2QX9TB';
const holder = { name: 'Marina Gonçalves Prado', cpf: '123.456.789-09', birth_date: '1985-08-15', email: 'marina.prado@cidadao.example', phone: '(19) 98765-4321' };
const problem = { title: 'Há dados a corrigir.', detail: 'Há dados a corrigir.', status: 422, code: 'invalid' };

const times = ['08:00', '08:20', '08:40', '09:00', '10:20', '11:40', '13:00', '14:20', '16:40'];
const days = [['2026-11-24', 'Terça-feira, 24 de novembro'], ['2026-11-25', 'Quarta-feira, 25 de novembro'], ['2026-11-26', 'Quinta-feira, 26 de novembro']].map(
  ([day, text]) => ({
    day_text: text, count_text: `${times.length} horários livres`,
    slots: times.map((time) => ({ start: `${day}T${time}:00-03:00`, time_text: time, start_text: `${text.toLowerCase()}, às ${time}` })),
  }),
);
const office = { name: 'sede da IMA', address: 'Rua Benedito de Campos, 853', district: 'Jardim do Trevo' };
const agenda = { title: 'Escolher o horário', order, product: products[0], office, mode: 'in_person', days, next_href: '?from=2026-11-27', priorities: [{ id: 'over60', text: '60 anos ou mais' }, { id: 'disability', text: 'Pessoa com deficiência' }] };

export const pages = {
  '/': ['inicio', { title: 'Início', site: { homologation: true }, groups: [{ heading: 'Para você', products: products.slice(0, 2) }, { heading: 'Para a sua empresa', products: products.slice(2) }] }],
  '/pedido/novo': ['pedido-novo', { title: 'Pedido de e-CPF A1', product: products[0], qualities, form: { holder: {} } }],
  '/pedido/novo-pj': ['pedido-novo', { title: 'Pedido de e-CNPJ A1', product: products[2], is_company: true, form: { holder: {}, company: {} } }],
  '/pedido/novo-erro': ['pedido-novo', {
    title: 'Pedido de e-CPF A1', product: products[0], qualities, form: { holder: { ...holder, cpf: '123.456.789-00', birth_date: '' } }, problem,
    errors: [{ field: 'holder.cpf', code: 'check-digit', message: 'CPF com dígito verificador errado.' }, { field: 'holder.birth_date', code: 'required', message: 'Informe a data de nascimento.' }],
    error_by_field: { holder: { cpf: 'CPF com dígito verificador errado.', birth_date: 'Informe a data de nascimento.' } },
  }],
  [`/pedido/${order}`]: ['pedido', {
    title: 'Pedido de e-CPF A1', order, product: products[0], notice: { tone: 'success', title: 'Pedido feito', text: 'Mandamos um e-mail com o código e o convite para a sua agenda.' },
    has_next: true, next: [{ text: 'Confirme o e-mail: abra a mensagem que mandamos e aperte o botão.' }, { text: 'Venha com os documentos da lista.', by_text: 'terça-feira, 24 de novembro, às 08:20', href: '/checklist?product=ecpf-a1', link_text: 'O que levar' }],
    appointment: { start: '2026-11-24T08:20:00-03:00', start_text: 'terça-feira, 24 de novembro, das 08:20 às 08:40', office_text: 'Sede da IMA: Rua Benedito de Campos, 853, Jardim do Trevo' },
    payment: { label: 'a pagar no balcão', tone: 'warning' }, holder: { role_text: 'Titular', name: 'MARINA GONCALVES PRADO', cpf: holder.cpf },
    email: { address: holder.email, label: 'não confirmado', tone: 'warning' },
    timeline: [{ at: '2026-11-23T14:03:00-03:00', at_text: '23/11/2026 14:03', text: 'Pedido feito' }, { at: '2026-11-23T14:05:00-03:00', at_text: '23/11/2026 14:05', text: 'Horário marcado' }],
  }],
  [`/pedido/${order}/agenda`]: ['agenda', agenda],
  '/agenda-tomado': ['agenda', { ...agenda, problem: { title: 'Este horário acabou de ser ocupado.', detail: 'Escolha outro: os mais próximos estão logo abaixo.', status: 409 }, has_alternatives: true, alternatives: days[0].slots.slice(0, 3).map((slot) => ({ ...slot, start_short: `24/11 ${slot.time_text}` })) }],
  '/confirmar/exemplo': ['confirmar', { title: 'Confirmar o e-mail', order, action: '/confirmar/exemplo' }],
  '/confirmar/feito': ['confirmar', { title: 'E-mail confirmado', order, confirmed: true, done: true }],
  [`/pedido/${order}/nao-fui-eu`]: ['nao-fui-eu', { title: 'Não fui eu', order }],
  '/nao-fui-eu/feito': ['nao-fui-eu', { title: 'Não fui eu', order, received: true }],
  '/checklist': ['checklist', {
    title: 'O que levar', products, product: products[2],
    questions: [{ key: 'nature', question: 'Natureza jurídica', hint: 'está no cartão CNPJ', options: [{ value: 'unknown', label: 'ainda não informada', selected: true }, { value: 'ltda', label: 'sociedade limitada' }] }],
    who: [{ text: 'Compareça em pessoa no dia marcado.', why: 'Na identificação presencial a pessoa está à frente do agente.', source: 'Carta de Serviços 5.1.13 [SEED]', source_text: 'Carta de Serviços 5.1.13' }],
    bring: [
      { heading: 'Do responsável na Receita', items: [{ text: 'Documento de identidade original, com foto e na validade.', why: 'Quem participa do pedido é identificado por documento original com foto.', source: 'DOC-ICP-05 v6.1 3.2.3.1 a [T]', source_text: 'DOC-ICP-05 v6.1 3.2.3.1 a', required: true }] },
      { heading: 'Da empresa', items: [{ text: 'Cartão CNPJ da empresa.', why: 'A Carta de Serviços pede o cartão CNPJ.', source: 'Carta de Serviços 5.1.13 [SEED]', source_text: 'Carta de Serviços 5.1.13', required: true }] },
    ],
    expect: [{ text: 'Consultamos a lista de fraudes conhecidas.', why: 'A lista negativa é consultada em toda emissão, sem exceção.', source: 'DOC-ICP-05.02 v4.0 2.2 [T]', source_text: 'DOC-ICP-05.02 v4.0 2.2' }],
  }],
  '/entrar': ['entrar', { title: 'Meu pedido', form: {} }],
  '/entrar/codigo': ['entrar', { title: 'Meu pedido', code_step: true, code_minutes: 10, cpf: holder.cpf, form: {} }],
  '/pedidos': ['pedidos', { title: 'Seus pedidos', orders: [{ order, product_name: 'e-CPF A1', label: 'horário marcado', tone: '', start_text: 'terça-feira, 24 de novembro, às 08:20' }] }],
  '/privacidade': ['privacidade', { title: 'Privacidade' }],
  '/acessibilidade': ['acessibilidade', { title: 'Acessibilidade' }],
  '/erro': ['erro', { is: { 'not-found': true }, problem: { title: 'Não encontramos o que você procura.', detail: 'O endereço pode ter mudado.', status: 404 } }],
};
