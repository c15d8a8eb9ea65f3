using System.Runtime.InteropServices;
using TalkyWalky.Engines.Ldap.Connections;
using TalkyWalky.Harness;

namespace TalkyWalky.Engines.Ldap.Tests;

[Collection(OpenLdap.Name)]
public sealed partial class SignalTests(Slapd server)
{
    private const int WindowChanged = 28; // SIGWINCH: as good as any that has a handler

    [Fact]
    public async Task Bind_SignalsWhileItWaits_GetsItsAnswer()
    {
        await using var proxy = new Proxy(server.Ldap) { Delay = TimeSpan.FromMilliseconds(100) };
        var options = new TestDirectory(server, LdapKind.OpenLdap).Options with { Timeout = TimeSpan.FromMinutes(1) };
        using var handler = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, static _ => { });
        var waiting = new TaskCompletionSource<int>();
        var answered = new TaskCompletionSource<BindReply>();
        new Thread(() =>
        {
            try
            {
                using var link = LdapLink.Open(new Uri($"ldap://127.0.0.1:{proxy.Port}"), options);
                waiting.SetResult(gettid());
                answered.SetResult(link.Bind(server.BindDn, server.Password));
            }
            catch (Exception failed)
            {
                waiting.TrySetException(failed);
                answered.TrySetException(failed);
            }
        }).Start();

        var thread = await waiting.Task;
        var sent = 0;
        for (; !answered.Task.IsCompleted; sent++)
        {
            _ = tgkill(Environment.ProcessId, thread, WindowChanged);
            await Task.Delay(1);
        }

        Assert.Equal(LibLdap.Success, (await answered.Task).Code);
        Assert.True(sent > 0);
    }

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc")]
    private static partial int tgkill(int process, int thread, int signal);
}
