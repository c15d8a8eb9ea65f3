using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TalkyWalky.Authority;
using TalkyWalky.Server.Administration;
using TalkyWalky.Server.Data;

namespace TalkyWalky.Server.Commands;

/// <summary>The transparency log for administrators and auditors.</summary>
internal static class LogCommands
{
    private const int ProgressEvery = 100_000;

    public static Command Build(CommandContext context) => new("log", "The transparency log: everything that the authority did.") { Show(context), Export(context), LogAuditCommand.Build(context), ReplaceKey(context) };

    private static Command Show(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "print one JSON object" };
        var command = new Command("show", "Show how large the log is, and what was signed last.") { json };
        command.WithExamples("talkywalkyd log show");
        command.SetAction(async (parsed, cancellation) => await AdminCommand.SendAsync(
            context, parsed, new AdminRequest.ShowLog(), answer => Write(context.Terminal.Output, ((AdminAnswer.Log)answer).Entry, parsed.GetValue(json)), cancellation));
        return command;
    }

    private static Command Export(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "where the log goes" };
        var command = new Command("export", "Write the whole log to a file for an auditor: one JSON object a line, the signed head last. The server may run.") { file };
        command.WithExamples("talkywalkyd log export log.jsonl");
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = DataFolder.Find(context.DataPath(parsed));
            await using var channel = await AdminCommand.OpenAsync(context, parsed, cancellation);
            var head = ((AdminAnswer.Log)await SendAsync(channel, new AdminRequest.ShowLog(), cancellation)).Entry;
            if (head.Head is null) throw new ServerException("the log has no entry yet");
            var path = Path.GetFullPath(parsed.GetValue(file)!);
            try
            {
                await using var output = new FileStream(path + ".new", FileMode.Create, FileAccess.Write);
                await WriteLineAsync(output, JsonSerializer.SerializeToUtf8Bytes(LogExportHeader.Of(AuthorityFolder.ReadAnchor(folder), CertificateAuthority.ReadIssuing(folder.Authority)), LogExportJson.Default.LogExportHeader), cancellation);
                await CopyAsync(context.Terminal, channel, head.Size, output, cancellation);
                await WriteLineAsync(output, JsonSerializer.SerializeToUtf8Bytes(new LogExportEnd(head.Head), LogExportJson.Default.LogExportEnd), cancellation);
                output.Flush(flushToDisk: true);
                File.Move(path + ".new", path, overwrite: true);
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                throw new ServerException($"cannot write {path}: {failed.Message.TrimEnd('.')}; give another file", failed);
            }

            context.Terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"wrote {head.Size} entries to {path}; check them with: {CommandLine.Program} log audit {path}"));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command ReplaceKey(CommandContext context)
    {
        var reason = new Option<string>("--reason") { Description = "why, for the audit trail", HelpName = "TEXT", Required = true };
        var command = new Command(
            "replace-key", "Make a new key for the log; it signs from now on, and the old one nothing more. Works while the server runs; nobody is cut off, and join links stay as they are.") { reason };
        command.WithExamples("talkywalkyd log replace-key --reason \"the yearly change\"");
        command.SetAction(async (parsed, cancellation) => await AdminCommand.SendAsync(
            context, parsed, new AdminRequest.ReplaceLogKey(parsed.GetValue(reason)!),
            answer =>
            {
                context.Terminal.Output.WriteLine($"the log's key is now {((AdminAnswer.Log)answer).Entry.Key} (SHA-256 of the public key)");
                context.Terminal.Output.WriteLine("copy the authority's folder (DATA/ca) to your backup now: the copy from before lacks this key");
            },
            cancellation));
        return command;
    }

    private static async Task CopyAsync(Terminal terminal, AdminChannel channel, ulong size, FileStream output, CancellationToken cancellation)
    {
        for (ulong written = 0, told = 0; written < size;)
        {
            var page = ((AdminAnswer.LogEntries)await SendAsync(channel, new AdminRequest.ReadLog(written), cancellation)).Page;
            if (page.Count == 0) throw new ServerException("the log in the database lacks entries that were signed; restore the database from its newest copy");
            foreach (var leaf in page.Take((int)Math.Min(size - written, int.MaxValue)))
            {
                await WriteLineAsync(output, leaf, cancellation);
                written++;
            }

            if (written - told < ProgressEvery) continue;
            told = written;
            await terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{written} of {size} entries").AsMemory(), cancellation);
        }
    }

    private static async Task WriteLineAsync(FileStream output, byte[] line, CancellationToken cancellation)
    {
        await output.WriteAsync(line, cancellation);
        output.WriteByte((byte)'\n');
    }

    private static async Task<AdminAnswer> SendAsync(AdminChannel channel, AdminRequest request, CancellationToken cancellation) =>
        await channel.SendAsync(request, cancellation) is var answer && answer is AdminAnswer.Refused refused ? throw new ServerException(refused.Error) : answer;

    private static void Write(TextWriter output, LogStateEntry entry, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(entry, AdminJson.Default.LogStateEntry));
            return;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"entries  {entry.Size}"));
        if (entry.Root is not null) output.WriteLine($"root     {entry.Root}");
        if (entry.Time is { } time) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"signed   {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
        output.WriteLine($"key      {entry.Key} (SHA-256 of the public key)");
    }
}
