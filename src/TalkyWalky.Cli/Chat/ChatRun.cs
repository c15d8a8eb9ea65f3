using TalkyWalky.Cli.Commands;
namespace TalkyWalky.Cli.Chat;
internal static class ChatRun
{
    public static Task<int> RunAsync(CommandContext context, string? with, CancellationToken cancellation) => Task.FromResult(0);
}
