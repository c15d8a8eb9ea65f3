using System.Net;
using System.Text;
using TalkyWalky.Harness;
using TalkyWalky.Testing;

namespace TalkyWalky.Browser.Tests.Harness;

/// <summary>Another program on this computer that serves a page: a development server, say, or a malicious tool.</summary>
internal sealed class Neighbour : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    private Neighbour(string html)
    {
        var port = Ports.Free();
        Address = new Uri($"http://127.0.0.1:{port}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync(Encoding.UTF8.GetBytes(html));
    }

    public Uri Address { get; }

    public static Neighbour Serve(string html) => new(html);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Abort(); // Close would bind the port once more, which others may have by now
    }

    private async Task ServeAsync(byte[] page)
    {
        while (_listener.IsListening)
        {
            HttpListenerContext request;
            try
            {
                request = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            request.Response.ContentType = "text/html; charset=utf-8";
            await request.Response.OutputStream.WriteAsync(page);
            request.Response.Close();
        }
    }
}
