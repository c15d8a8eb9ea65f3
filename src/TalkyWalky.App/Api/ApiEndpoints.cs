using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TalkyWalky.App.Http;

namespace TalkyWalky.App.Api;

/// <summary>Everything under /api/v1 but the events.</summary>
internal static class ApiEndpoints
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Default, MaxDepth = 64 };

    public static IReadOnlyList<ApiEndpoint> All(AppParts app)
    {
        List<ApiEndpoint> all =
        [
            .. StateEndpoints.All(app), .. PeopleEndpoints.All(app), .. ConversationEndpoints.All(app), .. FileEndpoints.All(app), ExportEndpoint.For(app), .. RoomEndpoints.All(app), .. OwnEndpoints.All(app), .. DirectEndpoints.All(app),
        ];
        var document = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(OpenApi.Document(all, app.Guard.CookieName).ToJsonString(Readable)));
        all.Add(Routes.File(OpenApi.Path, "This document.", "application/json", call => GiveAsync(call, document.Value)));
        return all;
    }

    private static async Task<Answer<Nothing>> GiveAsync(Call call, byte[] document)
    {
        call.Context.Response.ContentType = "application/json";
        call.Context.Response.ContentLength = document.Length;
        await call.Context.Response.Body.WriteAsync(document, call.Cancellation);
        return Nothing.Here;
    }
}
