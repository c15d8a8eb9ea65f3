using TalkyWalky.Cli.Output;
using TalkyWalky.Client;

namespace TalkyWalky.Cli.Commands;

/// <summary>What the engine answers about a person's own things, as output.</summary>
internal static class OwnReport
{
    /// <summary>Asks once it is clear whether there is a connection: the person's other devices are told over it, now or when there is one again.</summary>
    public static async Task<OwnAnswer> AskAsync(CommandContext context, IChat chat, OwnRequest request, CancellationToken cancellation)
    {
        await context.SettledStatusAsync(chat, cancellation);
        return await chat.OwnAsync(request, cancellation);
    }

    public static async Task<int> DoneAsync(CommandContext context, OwnAnswer answer, string sentence)
    {
        if (answer is not OwnAnswer.Done) return await FailAsync(context, answer);
        if (context.Reply.Json) await context.Reply.ObjectAsync(new DoneLine(Done: true), JsonLines.Types.DoneLine);
        else await context.Reply.LineAsync(Inert.Line(sentence));
        return ExitCode.Done;
    }

    public static Task<int> FailAsync(CommandContext context, OwnAnswer answer) => answer switch
    {
        OwnAnswer.Refused refused => context.Reply.FailAsync(ExitCode.Refused, refused.Why),
        OwnAnswer.Unreachable unreachable => context.Reply.FailAsync(ExitCode.Unreachable, unreachable.Why),
        _ => throw new InvalidOperationException($"an answer to another question: {answer.GetType().Name}"),
    };
}
