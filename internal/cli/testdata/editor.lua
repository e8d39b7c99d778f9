-- A session of a real client: open, look, hover, ignore, save, accept, leave. Each
-- step prints a line that the test reads. It runs on Neovim 0.7 and later.
local say = function(name, value) io.stdout:write(name .. ' ' .. vim.fn.json_encode(value) .. '\n') end
local wait = function(what, done)
  if not vim.wait(60000, done, 20) then say('late', what); vim.cmd('cquit 1') end
end

local id = vim.lsp.start_client({ name = 'stateaudit', cmd = { 'stateaudit', 'lsp', '--offline' }, root_dir = vim.fn.getcwd() })
vim.cmd('edit main.go')
local buffer = vim.api.nvim_get_current_buf()
vim.lsp.buf_attach_client(buffer, id)
wait('diagnostics', function() return #vim.diagnostic.get(buffer) == 2 end)
local found = vim.diagnostic.get(buffer)
for _, d in ipairs(found) do say('diagnostic', { d.lnum, d.col, d.end_col, d.severity, d.source, d.message }) end

-- Whatever the editor's version calls it with, only the answer counts.
local ask = function(method, params)
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 10000)
  for _, a in pairs(answers or {}) do return a.result end
end
local at = function(d)
  local document = { uri = vim.uri_from_bufnr(buffer) }
  local place = { line = d.lnum, character = d.col }
  return { textDocument = document, position = place, range = { start = place, ['end'] = place }, context = { diagnostics = {} } }
end
say('hover', ask('textDocument/hover', at(found[1])).contents.value)

local actions = ask('textDocument/codeAction', at(found[1]))
vim.lsp.util.apply_workspace_edit(actions[1].edit, 'utf-16')
vim.cmd('%s/REASON/counted for fun/')
local began = vim.loop.hrtime()
vim.cmd('write')
wait('the comment', function() return #vim.diagnostic.get(buffer) == 1 end)
say('saved', math.floor((vim.loop.hrtime() - began) / 1e6))

actions = ask('textDocument/codeAction', at(vim.diagnostic.get(buffer)[1]))
ask('workspace/executeCommand', { command = actions[2].command.command, arguments = actions[2].command.arguments })
wait('the baseline', function() return #vim.diagnostic.get(buffer) == 0 end)
say('accepted', #vim.diagnostic.get(buffer))

vim.lsp.stop_client(id)
wait('the end', function() return #vim.lsp.get_active_clients() == 0 end)
say('left', true)
vim.cmd('qall!')
