/** The intents of Banking77 by the agent of `evals/projects/bank` whose business they are. */
export const intentsByAgent: Record<string, string[]> = {
  cards:
    words(`card_arrival card_delivery_estimate card_linking activate_my_card card_about_to_expire getting_spare_card
    getting_virtual_card get_physical_card get_disposable_virtual_card order_physical_card disposable_card_limits visa_or_mastercard
    supported_cards_and_currencies card_acceptance virtual_card_not_working card_not_working contactless_not_working
    apple_pay_or_google_pay`),
  security: words(
    `lost_or_stolen_card lost_or_stolen_phone compromised_card pin_blocked change_pin passcode_forgotten card_swallowed`,
  ),
  'top-ups':
    words(`automatic_top_up top_up_by_bank_transfer_charge pending_top_up top_up_limits top_up_reverted topping_up_by_card
    verify_top_up top_up_by_cash_or_cheque top_up_failed top_up_by_card_charge balance_not_updated_after_cheque_or_cash_deposit`),
  transfers:
    words(`cancel_transfer transfer_not_received_by_recipient declined_transfer pending_transfer transfer_timing
    beneficiary_not_allowed transfer_fee_charged receiving_money failed_transfer transfer_into_account
    balance_not_updated_after_bank_transfer`),
  payments:
    words(`card_payment_wrong_exchange_rate extra_charge_on_statement card_payment_fee_charged card_payment_not_recognised
    direct_debit_payment_not_recognised pending_card_payment request_refund Refund_not_showing_up declined_card_payment
    transaction_charged_twice reverted_card_payment?`),
  cash: words(`pending_cash_withdrawal wrong_amount_of_cash_received declined_cash_withdrawal atm_support
    cash_withdrawal_not_recognised cash_withdrawal_charge wrong_exchange_rate_for_cash_withdrawal`),
  exchange: words('exchange_rate fiat_currency_support exchange_via_app exchange_charge'),
  account:
    words(`age_limit edit_personal_details why_verify_identity unable_to_verify_identity terminate_account
    verify_source_of_funds verify_my_identity country_support`),
};

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
