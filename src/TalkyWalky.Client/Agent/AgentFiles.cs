using System.Runtime.CompilerServices;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Agent;

/// <summary>Files over the agent socket: the content goes in lines of its own, behind the line that says how much comes.</summary>
internal static class AgentFiles
{
    public static bool HasContent(AgentRequest request) => request is { Version: AgentProtocol.Version, Op: AgentOp.SendFile or AgentOp.KeepFile, File: not null };

    public static AgentRequest Request(AgentOp op, MessageId id, Target to, OutgoingFile file) =>
        new(op) { Id = id, To = to, File = new SharedFile(file.Name, file.Type, file.Content.Length, IsHere: true) };

    public static async Task WriteAsync(SocketLine line, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        foreach (var chunk in Chunks(content))
            await line.WriteAsync(new AgentRequest(AgentOp.Content) { Content = chunk }, AgentProtocol.Json.AgentRequest, cancellation);
    }

    /// <summary>Null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">Another line came, or it is not as long as was said.</exception>
    public static async Task<OutgoingFile?> ReadAsync(SharedFile file, Func<Task<AgentRequest?>> read)
    {
        if (file.Size is < 0 or > Limits.File) throw new InvalidDataException("a file that is too large on agent.sock");
        var content = new byte[file.Size];
        for (var length = 0; length < content.Length;)
        {
            if (await read() is not { } line) return null;
            if (line is not { Op: AgentOp.Content, Content: { Length: > 0 } chunk } || chunk.Length > content.Length - length)
                throw new InvalidDataException("a file on agent.sock is not what was said");
            chunk.CopyTo(content, length);
            length += chunk.Length;
        }

        return new OutgoingFile(file.Name, file.Type, content);
    }

    /// <param name="file">What was read of the request's content.</param>
    public static async IAsyncEnumerable<AgentReply> RepliesAsync(IChat chat, AgentRequest request, OutgoingFile? file, [EnumeratorCancellation] CancellationToken cancellation)
    {
        switch (request)
        {
            case { Op: AgentOp.SendFile, Id: { } id, To: { } to } when file is not null:
                yield return AgentReplies.From(await chat.SendFileAsync(id, to, file, cancellation));
                break;
            case { Op: AgentOp.KeepFile, Id: { } id, To: { } to } when file is not null:
                yield return AgentReplies.From(await chat.KeepFileAsync(id, to, file, cancellation));
                break;
            case { Op: AgentOp.File, To: { } of, Position: { } position }:
                foreach (var reply in Replies(await chat.FileAsync(of, position, cancellation))) yield return reply;
                break;
            default:
                yield return AgentReplies.Incomplete(request);
                break;
        }
    }

    private static IEnumerable<AgentReply> Replies(FileAnswer answer)
    {
        switch (answer)
        {
            case FileAnswer.Found found:
                yield return new AgentReply(AgentReplyKind.File) { File = found.File };
                foreach (var chunk in Chunks(found.Content)) yield return new AgentReply(AgentReplyKind.Content) { Content = chunk };
                break;
            case FileAnswer.Missing missing:
                yield return new AgentReply(AgentReplyKind.File) { Text = missing.Why };
                break;
            case FileAnswer.NotLoggedIn locked:
                yield return new AgentReply(AgentReplyKind.NotLoggedIn) { Text = locked.Why };
                break;
        }
    }

    /// <summary>Null when the replies are none of these.</summary>
    public static async Task<FileAnswer?> AnswerAsync(IAsyncEnumerable<AgentReply> replies, CancellationToken cancellation)
    {
        FileAnswer? answer = null;
        var (content, length) = (Array.Empty<byte>(), 0);
        await foreach (var reply in replies.WithCancellation(cancellation))
        {
            switch (reply)
            {
                case { Kind: AgentReplyKind.NotLoggedIn, Text: { } why } when answer is null:
                    answer = new FileAnswer.NotLoggedIn(why);
                    break;
                case { Kind: AgentReplyKind.File, File: { Size: >= 0 and <= Limits.File } file } when answer is null:
                    content = new byte[file.Size];
                    answer = new FileAnswer.Found(file, content);
                    break;
                case { Kind: AgentReplyKind.File, Text: { } why } when answer is null:
                    answer = new FileAnswer.Missing(why);
                    break;
                case { Kind: AgentReplyKind.Content, Content: { } chunk } when chunk.Length <= content.Length - length:
                    chunk.CopyTo(content, length);
                    length += chunk.Length;
                    break;
                default:
                    return null;
            }
        }

        return length == content.Length ? answer : null;
    }

    private static IEnumerable<byte[]> Chunks(ReadOnlyMemory<byte> content)
    {
        for (var at = 0; at < content.Length; at += AgentProtocol.Chunk) yield return content.Slice(at, Math.Min(AgentProtocol.Chunk, content.Length - at)).ToArray();
    }
}
