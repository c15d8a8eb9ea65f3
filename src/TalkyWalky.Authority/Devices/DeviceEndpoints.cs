using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>A person's own devices over mutual TLS with the identity certificate of one of them (docs/protocol.md section 2.7), and what the authority says of another's (section 9).</summary>
internal static class DeviceEndpoints
{
    public static async Task ListAsync(HttpContext context, AuthorityService service)
    {
        var (devices, refusal) = await service.ListOwnAsync(await AuthorityEndpoints.CertificateAsync(context), context.RequestAborted);
        if (devices is null) await Answers.RefuseAsync(context, refusal!);
        else await Answers.JsonAsync(context, StatusCodes.Status200OK, new DeviceEntries([.. devices.Select(DeviceEntry.Of)]), AuthorityJson.Default.DeviceEntries);
    }

    public static async Task ApproveAsync(HttpContext context, AuthorityService service)
    {
        if (await Bodies.ReadTokenAsync(context) is not { } token) return;
        await ChangeAsync(context, (certificate, device, cancellation) => service.ApproveOwnAsync(certificate, device, token, cancellation));
    }

    public static async Task NameAsync(HttpContext context, AuthorityService service)
    {
        if (await Bodies.ReadNameAsync(context) is not { } name) return;
        await ChangeAsync(context, (certificate, device, cancellation) => service.NameOwnAsync(certificate, device, name, cancellation));
    }

    public static async Task IntroduceAsync(HttpContext context, AuthorityService service)
    {
        if (await Bodies.ReadIntroductionAsync(context) is not { } form) return;
        var (token, refusal) = await service.IntroduceAsync(await AuthorityEndpoints.CertificateAsync(context), form, context.RequestAborted);
        if (token is null) await Answers.RefuseAsync(context, refusal!);
        else await Answers.BytesAsync(context, Answers.JoseType, token);
    }

    public static async Task ChangeAsync(
        HttpContext context, Func<byte[]?, DeviceId, CancellationToken, Task<(DeviceRecord? Device, Refusal? Refusal)>> change)
    {
        if (DeviceId.TryParse(context.GetRouteValue("device") as string, out var device))
            await AnswerAsync(context, await change(await AuthorityEndpoints.CertificateAsync(context), device, context.RequestAborted));
        else
            await Answers.ProblemAsync(context, StatusCodes.Status404NotFound, "a device's id has 32 hex digits");
    }

    public static Task AnswerAsync(HttpContext context, (DeviceRecord? Device, Refusal? Refusal) outcome) => outcome is { Device: { } device }
        ? Answers.JsonAsync(context, StatusCodes.Status200OK, DeviceEntry.Of(device), AuthorityJson.Default.DeviceEntry)
        : Answers.RefuseAsync(context, outcome.Refusal!);
}
